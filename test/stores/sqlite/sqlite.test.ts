// sqliteStore on real files.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { pragma } from "../../../src/lib/sqlite/driver.js";
import { hasTables } from "../../../src/stores/sqlite/migrations.js";
import { sqliteStore } from "../../../src/stores/sqlite/sqlite-store.js";
import { describeDedupeStore } from "../../../src/testing/store-contract/index.js";
import { drivers, handClocks, open, temporaryFolder } from "./sqlite-bench.js";

const folder = temporaryFolder();
let files = 0;
const nextFile = () => join(folder.path, `${++files}.db`);
afterAll(() => folder.remove());

for (const [name, openWith] of drivers) {
  if (openWith === undefined) {
    console.warn(`sqliteStore is NOT tested on ${name}: it is not installed here`);
    it.skip(`${name}: not here`, () => {});
    continue;
  }
  describeDedupeStore(
    `sqliteStore on ${name}`,
    async () => {
      const clocks = handClocks();
      const path = nextFile();
      const databases = [openWith(path), openWith(path)];
      const [store, peer] = databases.map((database) => sqliteStore(database, { clocks, timeoutMs: 10_000 }));
      await store?.migrate();
      return {
        store: store as NonNullable<typeof store>,
        peers: [peer as NonNullable<typeof peer>],
        advance: (seconds) => clocks.pass(seconds),
        close() {
          for (const database of databases) database.close();
        },
      };
    },
    { describe, it },
  );
}

const digest = "digest";
const DAY_SECONDS = 86_400;

/** A store on a file and clocks of its own, and a second connection to look into it. */
async function bench(timeoutMs = 800) {
  const clocks = handClocks();
  const path = nextFile();
  const store = sqliteStore(path, { clocks, timeoutMs });
  const aside = open(path);
  return {
    path,
    clocks,
    store,
    aside,
    claim: async (key: string, token: string, leaseSeconds = 60) =>
      await store.claim({ key, token, leaseSeconds, bodyDigest: digest }),
    count: (table: string) => (aside.prepare(`SELECT count(*) AS n FROM ${table}`).get() as { n: number }).n,
    async close() {
      await store.close();
      aside.close();
    },
  };
}

/** The codes and messages of what must fail. */
async function failure(run: () => unknown): Promise<string> {
  try {
    await run();
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
  return "nothing was thrown";
}

describe("opening", () => {
  it("is called sqliteStore and is shared, so that a scope is asked for", async () => {
    const { store, close } = await bench();
    expect(store).toMatchObject({ name: "sqliteStore", isShared: true });
    await close();
  });

  it("by a path: makes the tables, writes ahead, and opens again what is there", async () => {
    const { path, aside, claim, store, close } = await bench();
    expect(pragma(aside, "journal_mode")).toBe("wal");
    await claim("k", "a");
    await store.complete("k", "a", { reply: "r" }, 60);
    await close();
    const again = sqliteStore(path, { clocks: handClocks() });
    expect(await again.claim({ key: "k", token: "b", leaseSeconds: 60, bodyDigest: digest })).toMatchObject({
      state: "done",
      reply: "r",
    });
    await again.close();
  });

  it("with a database: makes no table unasked, and says what to do", async () => {
    const database = open(nextFile());
    const store = sqliteStore(database);
    const claim = () => store.claim({ key: "k", token: "a", leaseSeconds: 60, bodyDigest: digest });
    expect(await failure(claim)).toContain("await store.migrate()");
    expect(await failure(() => store.renew("k", "a", 60))).toContain("await store.migrate()");
    expect(database.prepare("SELECT count(*) AS n FROM sqlite_master").get()).toMatchObject({ n: 0 });
    await store.migrate();
    expect(await claim()).toMatchObject({ state: "claimed" });
    database.close();
  });

  it("with a database: every commit reaches the disk, whatever the connection was set to", async () => {
    const database = open(nextFile());
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
    const store = sqliteStore(database);
    expect(pragma(database, "synchronous")).toBe(2);
    await store.migrate();
    expect(pragma(database, "synchronous")).toBe(2);
    database.close();
  });

  it("with a database: close leaves it open", async () => {
    const database = open(nextFile());
    const store = sqliteStore(database);
    await store.migrate();
    await store.close();
    expect(hasTables(database)).toBe(true);
    expect(await failure(() => store.renew("k", "a", 60))).toContain("closed");
    database.close();
  });

  it("migrates any number of times, and keeps what is there", async () => {
    const { store, claim, close } = await bench();
    await claim("k", "a");
    await Promise.all([store.migrate(), store.migrate()]);
    expect(await claim("k", "b")).toMatchObject({ state: "in_flight" });
    await close();
  });

  it.each([
    ["in memory", ":memory:", "TypeError: sqliteStore: the path must name a file"],
    ["no path", "", "TypeError: sqliteStore: the path must name a file"],
    ["a URL", "https://db.example.com/x", "TypeError: sqliteStore: the path must name a file"],
    ["nothing", null, "TypeError: sqliteStore: give a path, or an open database"],
    ["an object without methods", {}, "TypeError: sqliteStore: give a path, or an open database"],
    ["a number", 5, "TypeError: sqliteStore: give a path, or an open database"],
  ])("refuses %s", async (_, database, message) => {
    expect(await failure(() => sqliteStore(database as string))).toContain(message);
  });

  it("refuses a misspelt option, and a time that is none", async () => {
    const path = nextFile();
    expect(await failure(() => sqliteStore(path, { timeoutMS: 5 } as object))).toContain('did you mean "timeoutMs"?');
    expect(await failure(() => sqliteStore(path, { timeoutMs: 0 }))).toContain("timeoutMs must be a number above 0");
    expect(existsSync(path)).toBe(false);
  });

  it("throws synchronously where the folder does not exist", () => {
    expect(() => sqliteStore(join(folder.path, "missing", "events.db"))).toThrow();
  });

  it("refuses a database in memory when it migrates: no other process could share it", async () => {
    const [, openLibsql] = drivers[0] as (typeof drivers)[0];
    const database = (openLibsql as NonNullable<typeof openLibsql>)(":memory:");
    expect(await failure(() => sqliteStore(database).migrate())).toContain("must be a file with a write-ahead log");
    database.close();
  });
});

describe("answers", () => {
  it("a duplicate of what is done, or in flight, without waiting for the lock", async () => {
    const { store, claim, aside, close } = await bench();
    await claim("done", "a");
    await store.complete("done", "a", { reply: undefined }, 60);
    await claim("held", "a");
    aside.exec("BEGIN IMMEDIATE");
    expect(store.claim({ key: "done", token: "b", leaseSeconds: 60, bodyDigest: digest })).toEqual({
      state: "done",
      reply: undefined,
      isSameBody: true,
    });
    expect(store.claim({ key: "held", token: "b", leaseSeconds: 60, bodyDigest: digest })).toEqual({
      state: "in_flight",
      retryAfterSeconds: 60,
    });
    aside.exec("ROLLBACK");
    await close();
  });

  it("waits while another connection writes, and then goes on", async () => {
    const { claim, aside, close } = await bench(10_000);
    aside.exec("BEGIN IMMEDIATE");
    const claimed = claim("k", "a");
    // Some tries later.
    await new Promise((resolve) => setTimeout(resolve, 60));
    aside.exec("COMMIT");
    expect(await claimed).toMatchObject({ state: "claimed", attempt: 1 });
    await close();
  });

  it("fails after timeoutMs behind another writer, and the claim is not taken later", async () => {
    const { claim, count, aside, close } = await bench(50);
    aside.exec("BEGIN IMMEDIATE");
    expect(await failure(() => claim("k", "a"))).toContain("not run within 50 ms: another process");
    aside.exec("ROLLBACK");
    await claim("other", "a");
    expect(count("hookgate_dedupe")).toBe(1);
    await close();
  });

  it("fails on a closed database, never as new", async () => {
    const database = open(nextFile());
    const store = sqliteStore(database);
    await store.migrate();
    const claim = (key: string) => store.claim({ key, token: "a", leaseSeconds: 60, bodyDigest: digest });
    expect(await claim("k")).toMatchObject({ state: "claimed" });
    database.close();
    expect(await failure(() => claim("k"))).toContain("the database is closed");
    expect(await failure(() => store.complete("k", "a", { reply: undefined }, 60))).toContain("closed");
  });

  it("commits what waits when it closes", async () => {
    const { path, claim, close } = await bench();
    const claims = Promise.all(["a", "b", "c"].map((key) => claim(key, "t")));
    await close();
    expect(await claims).toHaveLength(3);
    const again = open(path);
    expect(again.prepare("SELECT count(*) AS n FROM hookgate_dedupe").get()).toMatchObject({ n: 3 });
    again.close();
  });
});

describe("records", () => {
  it.each([
    ["an unknown state", "state = 'paused'"],
    ["no fence", "fence = 0"],
    ["no attempt", "attempt = -1"],
    ["a claim without a lease", "lease_until_ms = NULL"],
    ["progress that is not UTF-8", "progress = x'ff'"],
  ])("is an error, never new: %s", async (_, change) => {
    const { claim, store, aside, close } = await bench();
    await claim("k", "a");
    aside.exec(`UPDATE hookgate_dedupe SET ${change}`);
    expect(await failure(() => claim("k", "b"))).toContain("a record cannot be read");
    expect(await failure(() => store.complete("k", "a", { reply: undefined }, 60))).toContain("cannot be read");
    expect(await claim("neighbour", "b")).toMatchObject({ state: "claimed" });
    await close();
  });

  it("is an error when a newer hookgate has changed the tables meanwhile", async () => {
    const { path, claim, store, aside, close } = await bench();
    await claim("k", "a");
    aside.exec("UPDATE hookgate_dedupe_meta SET version = 2");
    expect(await failure(() => claim("k", "b"))).toContain("a newer hookgate wrote these tables (version 2;");
    expect(await failure(() => store.release("k", "a"))).toContain("a newer hookgate");
    expect(await failure(() => store.migrate())).toContain("a newer hookgate");
    expect(await failure(() => sqliteStore(path))).toContain("a newer hookgate");
    await close();
  });

  it("is an error when the file is no database, and when its pages are damaged", async () => {
    const path = nextFile();
    writeFileSync(path, "x".repeat(8192));
    expect(await failure(() => sqliteStore(path))).toContain("not a database");

    const { path: damaged, claim, close } = await bench();
    for (let i = 0; i < 200; i++) await claim(`key-${i}`, "a");
    await close();
    const bytes = readFileSync(damaged);
    bytes.fill(0xa5, 3 * 4096);
    writeFileSync(damaged, bytes);
    const again = sqliteStore(damaged);
    const failures = await Promise.all(
      Array.from({ length: 200 }, (_, i) =>
        failure(() => again.claim({ key: `key-${i}`, token: "b", leaseSeconds: 60, bodyDigest: digest })),
      ),
    );
    expect(failures.filter((message) => message.includes("malformed")).length).toBeGreaterThan(100);
    await again.close();
  });

  it("never gives a fence twice, though every record was forgotten and the file was closed", async () => {
    const { path, clocks, claim, store, count, close } = await bench();
    const fences: number[] = [];
    for (let round = 0; round < 3; round++) {
      const answer = await claim("k", `t${round}`);
      if (answer.state === "claimed") fences.push(answer.fence);
      await store.complete("k", `t${round}`, { reply: undefined }, 1);
      clocks.pass(2);
    }
    await claim("other", "a");
    expect(count("hookgate_dedupe")).toBe(1);
    await close();
    const again = sqliteStore(path, { clocks });
    const answer = await again.claim({ key: "k", token: "z", leaseSeconds: 60, bodyDigest: digest });
    expect([...fences, answer]).toEqual([1, 2, 3, { state: "claimed", fence: 5, attempt: 1, progress: undefined }]);
    await again.close();
  });

  it("purges 100 of the expired per claim, oldest first", async () => {
    const { clocks, claim, store, count, close } = await bench();
    const keys = Array.from({ length: 250 }, (_, i) => `key-${i}`);
    await Promise.all(keys.map((key) => claim(key, "a")));
    await Promise.all(keys.map((key) => store.complete(key, "a", { reply: undefined }, 60)));
    clocks.pass(61);
    const left: number[] = [];
    for (let i = 0; i < 4; i++) {
      await claim(`new-${i}`, "a");
      left.push(count("hookgate_dedupe"));
    }
    expect(left).toEqual([151, 52, 3, 4]);
    await close();
  });
});

describe("the clock", () => {
  it("set back by a day: a lease ends no later than it would have", async () => {
    const { clocks, claim, close } = await bench();
    await claim("k", "a", 60);
    clocks.setWall(-DAY_SECONDS);
    await claim("anything", "a");
    clocks.pass(61);
    expect(await claim("k", "b")).toMatchObject({ state: "claimed", attempt: 2 });
    await close();
  });

  it("set forward by a month: nothing lapses, and nothing is forgotten", async () => {
    const { clocks, claim, store, close } = await bench();
    await claim("held", "a", 60);
    await claim("done", "a");
    await store.complete("done", "a", { reply: "r" }, DAY_SECONDS);
    clocks.setWall(30 * DAY_SECONDS);
    expect(await claim("held", "b")).toMatchObject({ state: "in_flight" });
    expect(await claim("done", "b")).toMatchObject({ state: "done", reply: "r" });
    clocks.pass(61);
    expect(await claim("held", "b")).toMatchObject({ state: "claimed", attempt: 2 });
    await close();
  });
});

describe("advance", () => {
  it.each([
    ["the first", [], 5, "newest"],
    ["a higher one", [5], 6, "newest"],
    ["the same, which a retry brings", [5], 5, "newest"],
    ["a lower one", [5], 4, "older"],
    ["a lower one after another lower one", [5, 3], 4, "older"],
    ["0", [], 0, "newest"],
    ["the highest there is", [5], Number.MAX_SAFE_INTEGER, "newest"],
    ["below the highest there is", [Number.MAX_SAFE_INTEGER], Number.MAX_SAFE_INTEGER - 1, "older"],
  ])("answers %s", async (_, before, version, answer) => {
    const { store, close } = await bench();
    for (const one of before) await store.advance("entity", one, 60);
    expect(await store.advance("entity", version, 60)).toBe(answer);
    expect(await store.advance("another", 0, 60)).toBe("newest");
    await close();
  });

  it("remembers an entity for its retention after the last event, an older one too", async () => {
    const { store, clocks, count, close } = await bench();
    await store.advance("entity", 5, 60);
    clocks.pass(50);
    expect(await store.advance("entity", 4, 60)).toBe("older");
    clocks.pass(50);
    expect(await store.advance("entity", 4, 60)).toBe("older");
    clocks.pass(60);
    expect(await store.advance("another", 1, 60)).toBe("newest");
    expect(count("hookgate_dedupe_order")).toBe(1);
    expect(await store.advance("entity", 4, 60)).toBe("newest");
    await close();
  });

  it("concurrently and in any order: the highest version stays", async () => {
    const { store, close } = await bench();
    await Promise.all([3, 9, 1, 7, 2].map((version) => store.advance("entity", version, 60)));
    expect(await store.advance("entity", 8, 60)).toBe("older");
    expect(await store.advance("entity", 9, 60)).toBe("newest");
    await close();
  });
});
