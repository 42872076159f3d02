// Writes that arrive together are committed together, and fail alone.
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { isOpen, type SqliteDatabase } from "../../../src/lib/sqlite/driver.js";
import { GroupCommit, type GroupCommitOptions } from "../../../src/lib/sqlite/group-commit.js";
import { open, temporaryFolder } from "../../stores/sqlite/sqlite-bench.js";

const folder = temporaryFolder();
const opened: SqliteDatabase[] = [];
let files = 0;
afterEach(() => {
  for (const database of opened.splice(0)) if (isOpen(database)) database.close();
});
afterAll(() => folder.remove());

/** A table of names, a group that counts its transactions, and what another connection sees of it. */
function bench(options: Partial<GroupCommitOptions<number>> = {}) {
  const path = join(folder.path, `${++files}.db`);
  const database = open(path);
  const aside = open(path);
  opened.push(database, aside);
  database.exec("PRAGMA journal_mode = WAL; CREATE TABLE names (name TEXT PRIMARY KEY)");
  const add = database.prepare("INSERT INTO names VALUES (?)");
  let transactions = 0;
  const group = new GroupCommit<number>(database, {
    name: "test",
    timeoutMs: 10_000,
    begin: () => ++transactions,
    ...options,
  });
  return {
    database,
    aside,
    group,
    insert: (name: string) => group.submit(() => add.run(name)),
    seen: () =>
      (aside.prepare("SELECT group_concat(name) AS all_names FROM names").get() as { all_names: string | null })
        .all_names,
  };
}

describe("a group of ops", () => {
  it("of one turn shares one transaction, in the order in which they came", async () => {
    const { group, seen, insert } = bench();
    const first = ["a", "b", "c"].map((name) => group.submit((transaction) => [name, transaction]));
    expect(await Promise.all(first)).toEqual([
      ["a", 1],
      ["b", 1],
      ["c", 1],
    ]);
    expect(await group.submit((transaction) => transaction)).toBe(2);
    await Promise.all(["x", "y"].map(insert));
    expect(seen()).toBe("x,y");
  });

  it("settles after COMMIT: others see then what was written", async () => {
    const { insert, seen } = bench();
    const views: unknown[] = [seen()];
    await insert("a").then(() => views.push(seen()));
    expect(views).toEqual([null, "a"]);
  });

  it("is not run when it is submitted, but in its turn", async () => {
    const { group } = bench();
    const order: string[] = [];
    const running = group.submit(() => order.push("op"));
    order.push("caller");
    await running;
    expect(order).toEqual(["caller", "op"]);
  });

  it("is cut after maxOps operations; the rest follows immediately", async () => {
    const { group } = bench({ maxOps: 2 });
    const transactions = [1, 2, 3, 4, 5].map(() => group.submit((transaction) => transaction));
    expect(await Promise.all(transactions)).toEqual([1, 1, 2, 2, 3]);
  });

  it("sees what those before it wrote", async () => {
    const { group, database, insert } = bench();
    const count = database.prepare("SELECT count(*) AS n FROM names");
    const inserted = insert("a");
    expect(await group.submit(() => count.get())).toMatchObject({ n: 1 });
    await inserted;
  });
});

describe("an op that throws", () => {
  it("fails alone, with what it threw, and its own writes are undone", async () => {
    const { group, insert, database, seen } = bench();
    const failing = group.submit(() => {
      database.exec("INSERT INTO names VALUES ('half')");
      throw new RangeError("no");
    });
    const settled = await Promise.allSettled([insert("a"), failing, insert("a"), insert("b")]);
    expect(settled.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected", "fulfilled"]);
    await expect(failing).rejects.toThrow(RangeError);
    expect(seen()).toBe("a,b");
  });

  it("takes all with it where the engine rolled back everything", async () => {
    const { group, database, insert, seen } = bench();
    const failing = group.submit(() => {
      database.exec("ROLLBACK");
      throw new Error("the disk is full");
    });
    const settled = await Promise.allSettled([insert("a"), failing, insert("b")]);
    for (const one of settled) expect(one).toMatchObject({ status: "rejected", reason: new Error("the disk is full") });
    expect(seen()).toBeNull();
    await insert("later");
    expect(seen()).toBe("later");
  });
});

describe("the whole transaction", () => {
  it.each(["begin", "end"] as const)("fails for all when %s throws, and the next one works", async (hook) => {
    let fails = true;
    const { insert, seen } = bench({
      [hook]: () => {
        if (fails) throw new Error("not now");
        return 1;
      },
    });
    const settled = await Promise.allSettled([insert("a"), insert("b")]);
    expect(settled.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    fails = false;
    await insert("c");
    expect(seen()).toBe("c");
  });

  it("fails where another transaction is open on the connection, and does not change its writes", async () => {
    const { database, insert, seen } = bench();
    database.exec("BEGIN; INSERT INTO names VALUES ('theirs')");
    await expect(insert("ours")).rejects.toThrow("within a transaction");
    database.exec("COMMIT");
    expect(seen()).toBe("theirs");
  });

  it("fails on a closed database", async () => {
    const { database, insert } = bench();
    database.close();
    await expect(insert("a")).rejects.toThrow("test: the database is closed");
  });
});

describe("behind another writer", () => {
  it("is tried again until it has the lock, in order, without blocking the event loop", async () => {
    const { aside, insert, seen } = bench();
    aside.exec("BEGIN IMMEDIATE");
    const inserted = Promise.all(["a", "b"].map(insert));
    let turns = 0;
    while (turns < 50) await new Promise((resolve) => setImmediate(resolve, turns++));
    aside.exec("COMMIT");
    await inserted;
    expect(seen()).toBe("a,b");
  });

  it("fails when it has waited for timeoutMs, and is never run", async () => {
    const { aside, insert, seen } = bench({ timeoutMs: 30 });
    aside.exec("BEGIN IMMEDIATE");
    await expect(insert("a")).rejects.toThrow("test: not run within 30 ms: another process or connection");
    aside.exec("COMMIT");
    await insert("b");
    expect(seen()).toBe("b");
  });
});

describe("close", () => {
  it("commits what waits, any number of batches, and refuses what comes later", async () => {
    const { group, insert, seen } = bench({ maxOps: 1 });
    const inserted = Promise.all(["a", "b", "c"].map(insert));
    await Promise.all([group.close(), group.close()]);
    expect(seen()).toBe("a,b,c");
    await inserted;
    await expect(insert("d")).rejects.toThrow("test: closed");
  });

  it("ends immediately where nothing is waiting", async () => {
    await bench().group.close();
  });
});
