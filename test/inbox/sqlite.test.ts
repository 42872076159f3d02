// sqliteInbox on real files.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "libsql";
import { afterAll, describe, expect, it } from "vitest";
import { type SqliteInbox, sqliteInbox } from "../../src/inbox/sqlite/index.js";
import type { SqliteDatabase } from "../../src/lib/sqlite/driver.js";
import { InboxBench } from "../../src/testing/inbox-contract/bench.js";
import { describeInbox } from "../../src/testing/inbox-contract/index.js";

const folder = mkdtempSync(join(tmpdir(), "hookgate-inbox-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;
const newFile = (): string => join(folder, `${files++}.db`);

function openDatabase(path: string): SqliteDatabase {
  const database = new Database(path) as unknown as SqliteDatabase;
  database.exec("PRAGMA busy_timeout = 0");
  return database;
}

describeInbox(
  "sqliteInbox",
  () => {
    const path = newFile();
    const options = { leaseSeconds: 2, timeoutMs: 5_000, pollSeconds: 0.1, maxWaiting: 200 };
    const others: SqliteInbox[] = [];
    const databases = Array.from({ length: 4 }, () => openDatabase(path));
    const inboxes = databases.map((database) => sqliteInbox(database, options));
    for (const inbox of inboxes) void inbox.migrate();
    const crashed = new Set<unknown>();
    const [inbox, ...peers] = inboxes as [(typeof inboxes)[0], ...typeof inboxes];
    return {
      inbox,
      peers,
      maxWaiting: 200,
      // A process that is gone neither renews nor settles: its database is closed under it.
      crash: (one) => {
        crashed.add(one);
        databases[inboxes.indexOf(one as never)]?.close();
      },
      recoverySeconds: 15,
      patienceSeconds: 30,
      withRetention: (retention) => {
        const other = sqliteInbox(path, { ...options, ...retention });
        others.push(other);
        return other;
      },
      close: async () => {
        for (const one of [...inboxes, ...others]) if (!crashed.has(one)) await one.close();
      },
    };
  },
  // Cases mostly wait, and each has a file of its own.
  { describe, it: it.concurrent },
);

describe("sqliteInbox by path", () => {
  it("finds its entries again after it was closed", async () => {
    const path = newFile();
    const first = sqliteInbox(path);
    const entry = new InboxBench({ inbox: first }).entry();
    await first.put([entry]);
    await first.close();
    const second = sqliteInbox(path);
    expect((await second.get(entry.key))?.state).toBe("waiting");
    await second.close();
  });

  it("forgets done and dead entries, each after its own time", async () => {
    const path = newFile();
    let nowMs = 1_700_000_000_000;
    const clocks = { monotonicMs: () => nowMs, wallMs: () => nowMs };
    const inbox = sqliteInbox(path, { clocks, retentionSeconds: 3_600, deadRetentionSeconds: 7_200 });
    const bench = new InboxBench({ inbox });
    const [done, dead] = [bench.entry(), bench.entry()];
    await bench.put(done, dead);
    bench.work(({ entry }) => (entry.key === done.key ? { state: "done" } : { state: "dead", reason: "x" }));
    await bench.untilState(dead.key, "dead");
    await bench.untilState(done.key, "done");
    nowMs += 3_599_000;
    expect(await inbox.purge()).toBe(0);
    nowMs += 2_000;
    expect(await inbox.purge()).toBe(1);
    expect(await inbox.get(done.key)).toBeUndefined();
    expect((await inbox.get(dead.key))?.reason).toBe("x");
    nowMs += 3_600_000;
    expect(await inbox.purge()).toBe(1);
    await bench.end();
    await inbox.close();
  });

  it("refuses tables of a newer hookgate, and says so", () => {
    const path = newFile();
    void sqliteInbox(path).close();
    const database = openDatabase(path);
    database.exec("UPDATE hookgate_inbox_meta SET version = 2");
    database.close();
    expect(() => sqliteInbox(path)).toThrow("a newer hookgate wrote these tables (version 2; this one reads 1)");
  });

  it("says to migrate a database that it was given", async () => {
    const inbox = sqliteInbox(openDatabase(newFile()));
    await expect(inbox.counts()).rejects.toThrow("await inbox.migrate()");
    await inbox.migrate();
    expect(await inbox.counts()).toMatchObject({ waiting: 0 });
  });

  it.each([
    [{ leaseSeconds: 0 }, "leaseSeconds must be a number above 0; got 0"],
    [{ maxwaiting: 1 }, 'did you mean "maxWaiting"?'],
  ])("refuses %j", (options, message) => {
    expect(() => sqliteInbox(newFile(), options as never)).toThrow(message);
  });
});
