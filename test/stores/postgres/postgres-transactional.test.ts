// postgresStore with transactions, on a real PostgreSQL.
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bodyDigest, dedupeKey } from "../../../src/dedupe/key.js";
import { type PostgresStore, postgresStore } from "../../../src/stores/postgres/postgres-store.js";
import { type OpenTransaction, StoreFullError } from "../../../src/stores/store.js";
import { type DedupeStoreHarness, describeDedupeStore } from "../../../src/testing/store-contract/index.js";
import { compiled } from "../../support/compiled.js";
import { type PostgresServer, startPostgres } from "../../support/postgres-server.js";
import { until } from "../../support/until.js";
import type { WorkerPlan } from "./postgres-worker.js";

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
}, 60_000);
afterAll(async () => await server?.close());

type Store = PostgresStore<pg.PoolClient>;
const keyOf = (id: string): string => dedupeKey({ scope: "test", sender: "test", tenant: undefined, id });
const digest = bodyDigest(Buffer.from("body"));
const request = (id: string, token: string = randomUUID()) => ({
  key: keyOf(id),
  token,
  leaseSeconds: 60,
  bodyDigest: digest,
});
let tableCount = 0;

/** A transactional store on tables of its own, a plain one on the same, and where handlers leave their effects. */
async function shared(config: pg.PoolConfig = {}) {
  const table = `t${++tableCount}_${randomUUID().slice(0, 8)}`;
  const pool = server.pool({ max: 6, ...config });
  const outside = server.pool({ max: 4 });
  const store: Store = postgresStore(pool, { table, transactional: true });
  await store.migrate();
  await outside.query(`CREATE TABLE ${table}_effects (id text)`);
  const insert = (tx: pg.PoolClient, id: string) => tx.query(`INSERT INTO ${table}_effects (id) VALUES ($1)`, [id]);
  const effects = async (): Promise<string[]> =>
    (await outside.query(`SELECT id FROM ${table}_effects ORDER BY 1`)).rows.map((row) => row.id);
  const later = async (seconds: number): Promise<void> => {
    await outside.query(
      `UPDATE ${table} SET lease_until = lease_until - make_interval(secs => $1), forget_at = forget_at - make_interval(secs => $1)`,
      [seconds],
    );
  };
  return { table, pool, outside, store, plain: postgresStore(outside, { table }), insert, effects, later };
}

/** Begins, and expects to get it. */
async function open(store: Store, id: string) {
  const answer = await store.begin?.(request(id));
  if (answer?.state !== "claimed") throw new Error(`expected claimed, got ${JSON.stringify(answer)}`);
  return answer as typeof answer & { transaction: OpenTransaction<pg.PoolClient> };
}

const plainReply = { reply: undefined };

let contract: DedupeStoreHarness | undefined;
describeDedupeStore(
  "postgresStore, transactional",
  async () => {
    if (contract !== undefined) return contract;
    const { store, plain, later } = await shared();
    contract = { store: store as DedupeStoreHarness["store"], advance: later, peers: [plain] };
    return contract;
  },
  { describe, it },
);

describe("a transaction", () => {
  it("shows effect and completion together, and neither before", async () => {
    const { store, plain, insert, effects } = await shared();
    const { transaction, fence, attempt } = await open(store, "a");
    expect({ attempt, isFence: fence > 0 }).toEqual({ attempt: 1, isFence: true });
    await insert(transaction.tx, "a");
    expect(await effects()).toEqual([]);
    expect(await transaction.complete({ reply: "r" }, 3600)).toBe("held");
    expect(await effects()).toEqual(["a"]);
    expect(await store.begin?.(request("a"))).toEqual({ state: "done", reply: "r", isSameBody: true });
    expect(await plain.claim(request("a"))).toEqual({ state: "done", reply: "r", isSameBody: true });
  });

  it("keeps duplicates in flight without a connection of theirs, and other events going", async () => {
    const { store, pool } = await shared();
    const first = await open(store, "a");
    const answers = await Promise.all(Array.from({ length: 40 }, () => store.begin?.(request("a"))));
    expect(new Set(answers.map((answer) => answer?.state))).toEqual(new Set(["in_flight"]));
    expect(answers[0]).toEqual({ state: "in_flight", retryAfterSeconds: 5 });
    const other = await open(store, "b");
    // A sweep may be on its way; it does not stay.
    await until(async () => pool.totalCount - pool.idleCount === 2);
    await first.transaction.complete(plainReply, 60);
    await other.transaction.complete(plainReply, 60);
    await until(async () => pool.totalCount - pool.idleCount === 0);
  });

  it("of 30 claims that begin together one wins, and another one wins after its release", async () => {
    const { store } = await shared({ max: 12 });
    const answers = await Promise.all(Array.from({ length: 30 }, () => store.begin?.(request("a"))));
    const winners = answers.flatMap((answer) => (answer?.state === "claimed" ? [answer] : []));
    expect(winners).toHaveLength(1);
    await winners[0]?.transaction.release();
    expect((await open(store, "a")).attempt).toBe(2);
  });

  it("keeps attempts and progress over its rollback, and nothing else", async () => {
    const { store, insert, effects } = await shared();
    const first = await open(store, "a");
    await insert(first.transaction.tx, "a");
    expect(await first.transaction.release("half")).toBe("held");
    const second = await open(store, "a");
    expect(second).toMatchObject({ attempt: 2, progress: "half" });
    expect(second.fence).toBeGreaterThan(first.fence);
    await second.transaction.release();
    const third = await open(store, "a");
    expect(third).toMatchObject({ attempt: 3, progress: "half" });
    expect(await effects()).toEqual([]);
    await third.transaction.complete(plainReply, 60);
  });

  it("forgets what is done after its retention", async () => {
    const { store, later } = await shared();
    await (await open(store, "a")).transaction.complete(plainReply, 60);
    expect(await store.begin?.(request("a"))).toMatchObject({ state: "done" });
    await later(61);
    expect((await open(store, "a")).attempt).toBe(1);
  });

  it("is in flight while a plain receiver holds the event, and takes over once that has lapsed", async () => {
    const { store, plain, later } = await shared();
    await plain.claim(request("a", "plain"));
    expect(await store.begin?.(request("a"))).toMatchObject({ state: "in_flight", retryAfterSeconds: 60 });
    await later(61);
    const { attempt, transaction } = await open(store, "a");
    expect(attempt).toBe(2);
    await transaction.complete(plainReply, 60);
    expect(await plain.complete(keyOf("a"), "plain", plainReply, 60)).toBe("lost");
  });

  it("leaves no settings on its connection", async () => {
    const { store, pool } = await shared({ max: 2 });
    await (await open(store, "a")).transaction.complete(plainReply, 60);
    const { rows } = await pool.query("SHOW idle_in_transaction_session_timeout");
    expect(rows).toEqual([{ idle_in_transaction_session_timeout: "0" }]);
  });
});

describe("nothing is taken for success", () => {
  it("where the handler swallowed an error: nothing is stored, and the attempt counts", async () => {
    const { store, insert, effects } = await shared();
    const { transaction } = await open(store, "a");
    await insert(transaction.tx, "a");
    await transaction.tx.query("SELECT 1 / 0").catch(() => undefined);
    await expect(transaction.complete(plainReply, 60)).rejects.toThrow(/current transaction is aborted/);
    expect(await effects()).toEqual([]);
    expect((await open(store, "a")).attempt).toBe(2);
  });

  it("where COMMIT answers ROLLBACK, as it does without an error after a statement failed", async () => {
    const { store, pool, insert, effects } = await shared();
    let raw: pg.PoolClient | undefined;
    pool.on("acquire", (client) => {
      raw = client;
    });
    const { transaction } = await open(store, "a");
    await insert(transaction.tx, "a");
    const completed = transaction.complete(plainReply, 60);
    // What a handler left running: it fails between our last statement and COMMIT.
    const failed = expect(raw?.query("SELECT 1 / 0")).rejects.toThrow("division by zero");
    await expect(completed).rejects.toThrow("COMMIT was answered with ROLLBACK: nothing was stored");
    await failed;
    expect(await effects()).toEqual([]);
    expect((await open(store, "a")).attempt).toBe(2);
  });

  it("where a constraint that was deferred fails at COMMIT", async () => {
    const { store, table, outside } = await shared();
    await outside.query(`CREATE TABLE ${table}_unique (id text UNIQUE DEFERRABLE INITIALLY DEFERRED)`);
    const { transaction } = await open(store, "a");
    await transaction.tx.query(`INSERT INTO ${table}_unique VALUES ('x'), ('x')`);
    await expect(transaction.complete(plainReply, 60)).rejects.toThrow(/duplicate key/);
    expect((await open(store, "a")).attempt).toBe(2);
  });

  it.each(["COMMIT", "ROLLBACK", "COMMIT; BEGIN", "ROLLBACK; BEGIN"])("where the handler sent %s", async (command) => {
    const { store, insert } = await shared();
    const { transaction } = await open(store, "a");
    await insert(transaction.tx, "a");
    await transaction.tx.query(command);
    await expect(transaction.complete(plainReply, 60)).rejects.toThrow(/leave BEGIN, COMMIT and ROLLBACK to hookgate/);
  });

  it("where the connection is lost before the commit, and the process lives", async () => {
    const { store, outside, insert, effects } = await shared();
    const { transaction } = await open(store, "a");
    await insert(transaction.tx, "a");
    await outside.query("SELECT pg_terminate_backend($1)", [
      (transaction.tx as unknown as { processID: number }).processID,
    ]);
    await expect(transaction.complete(plainReply, 60)).rejects.toThrow();
    expect(await effects()).toEqual([]);
    await until(async () => (await store.begin?.(request("a")))?.state === "claimed");
  });
});

describe("context.tx", () => {
  it("cannot be used after complete, release and abandon", async () => {
    const { store } = await shared();
    for (const end of ["complete", "release", "abandon"] as const) {
      const { transaction } = await open(store, end);
      const { tx } = transaction;
      const { query } = tx;
      expect((await query("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
      await (end === "complete" ? transaction.complete(plainReply, 60) : transaction[end]());
      expect(() => tx.query("SELECT 1")).toThrow(TypeError);
      expect(() => query("SELECT 1")).toThrow(/its transaction has ended/);
      expect(() => tx.on).toThrow(TypeError);
    }
  });

  it("cannot be used from the moment its end begins", async () => {
    const { store } = await shared();
    const { transaction } = await open(store, "a");
    const completed = transaction.complete(plainReply, 60);
    expect(() => transaction.tx.query("SELECT 1")).toThrow(TypeError);
    await completed;
  });

  it("has what a handler wrote without awaiting in the same transaction", async () => {
    const { store, insert, effects } = await shared();
    const { transaction } = await open(store, "a");
    void insert(transaction.tx, "a");
    await transaction.complete(plainReply, 60);
    expect(await effects()).toEqual(["a"]);
  });

  it("never reaches the next delivery's transaction", async () => {
    const { store, effects, insert } = await shared({ max: 2 });
    const first = await open(store, "a");
    const late = first.transaction.tx;
    await first.transaction.release();
    const second = await open(store, "b");
    expect(() => insert(late, "late")).toThrow(TypeError);
    await insert(second.transaction.tx, "b");
    await second.transaction.complete(plainReply, 60);
    expect(await effects()).toEqual(["b"]);
  });

  it("cannot be released, ended or changed by a handler", async () => {
    const { store } = await shared();
    const { transaction } = await open(store, "a");
    const { tx } = transaction;
    expect(() => tx.release()).toThrow(/context\.tx\.release is not available/);
    expect(() => tx.end()).toThrow(TypeError);
    expect(() => tx.connect()).toThrow(TypeError);
    expect(() => {
      tx.query = (() => undefined) as never;
    }).toThrow(/cannot be set/);
    await transaction.complete(plainReply, 60);
  });

  it("may be returned by an async function, and awaited", async () => {
    const { store } = await shared();
    const { transaction } = await open(store, "a");
    const same = await (async () => transaction.tx)();
    expect(same).toBe(transaction.tx);
    await transaction.release();
    expect(await Promise.resolve(same)).toBe(same);
  });

  it("is ended once: by complete, release or abandon", async () => {
    const { store } = await shared();
    const { transaction } = await open(store, "a");
    await transaction.complete(plainReply, 60);
    await expect(transaction.release()).rejects.toThrow(/has ended already/);
    transaction.abandon();
    expect(await store.begin?.(request("a"))).toMatchObject({ state: "done" });
  });
});

describe("a handler that runs past its time", () => {
  it("loses its connection while it waits for the server, and the event is free again", async () => {
    const { store, pool, insert, effects } = await shared({ max: 3 });
    const { transaction } = await open(store, "a");
    await insert(transaction.tx, "a");
    const stuck = transaction.tx.query("SELECT pg_sleep(600)").then(
      () => "slept",
      () => "ended",
    );
    await sleep(50);
    transaction.abandon();
    expect(await stuck).toBe("ended");
    await until(async () => {
      const answer = await store.begin?.(request("a"));
      if (answer?.state !== "claimed") return false;
      await answer.transaction.complete(plainReply, 60);
      return true;
    });
    expect(await effects()).toEqual([]);
    const { rows } = await pool.query(
      "SELECT count(*)::int AS n FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)%' AND pid <> pg_backend_pid()",
    );
    expect(rows).toEqual([{ n: 0 }]);
  });

  it("loses its connection too where its rollback waits behind a statement that hangs", async () => {
    const { store, effects } = await shared({ max: 2 });
    const { transaction } = await open(store, "a");
    const stuck = transaction.tx.query("SELECT pg_sleep(600)").catch(() => undefined);
    const released = transaction.release().catch(() => "not known");
    await sleep(50);
    transaction.abandon();
    await stuck;
    expect(await released).toBe("not known");
    await until(async () => {
      const answer = await store.begin?.(request("a"));
      if (answer?.state === "claimed") await answer.transaction.complete(plainReply, 60);
      return answer?.state === "claimed";
    });
    expect(await effects()).toEqual([]);
  });

  it("gives its place to the next", async () => {
    const { store } = await shared({ max: 2 });
    for (let event = 0; event < 5; event++) (await open(store, `event-${event}`)).transaction.abandon();
    await (await open(store, "last")).transaction.complete(plainReply, 60);
  });
});

describe("open transactions", () => {
  it("are one fewer than the pool's connections; the next is refused after half a second", async () => {
    const { store, pool } = await shared({ max: 3 });
    const held = [await open(store, "a"), await open(store, "b")];
    await expect(store.begin?.(request("c"))).rejects.toThrow(StoreFullError);
    expect((await pool.query("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
    for (const { transaction } of held) await transaction.complete(plainReply, 60);
    await (await open(store, "c")).transaction.complete(plainReply, 60);
  });

  it("are waited for in turn", async () => {
    const { store, insert, effects } = await shared({ max: 3 });
    await Promise.all(
      Array.from({ length: 20 }, async (_, at) => {
        const { transaction } = await open(store, `event-${at}`);
        await insert(transaction.tx, `event-${at}`);
        await transaction.complete(plainReply, 60);
      }),
    );
    expect(await effects()).toHaveLength(20);
  });

  it("are counted together by all stores on one pool", async () => {
    const { store, pool, table } = await shared({ max: 2 });
    const twin = postgresStore(pool, { table, transactional: true });
    const { transaction } = await open(store, "a");
    await expect(twin.begin?.(request("b"))).rejects.toThrow(StoreFullError);
    await transaction.complete(plainReply, 60);
  });

  it("may be one, on a pool of one", async () => {
    const { store } = await shared({ max: 1 });
    await (await open(store, "a")).transaction.release();
    expect((await open(store, "a")).attempt).toBe(2);
  });

  it("release a connection that arrives after the caller gave up", async () => {
    const { store, pool } = await shared({ max: 2, connectionTimeoutMillis: 0 });
    await (await open(store, "warm")).transaction.complete(plainReply, 60);
    const taken = [await pool.connect(), await pool.connect()];
    const begun = expect(store.begin?.(request("a"))).rejects.toThrow(/no free connection in time/);
    await sleep(1_000);
    for (const client of taken) client.release();
    await begun;
    expect(pool.idleCount).toBe(2);
    await (await open(store, "a")).transaction.complete(plainReply, 60);
  });
});

describe("advance in a transaction", () => {
  it("keeps other events of the entity waiting, and goes with a rollback", async () => {
    const { store } = await shared();
    const [one, two] = [await open(store, "a"), await open(store, "b")];
    expect(await store.advance("entity", 5, 60, one.transaction.tx)).toBe("newest");
    let isAnswered = false;
    const waiting = store.advance("entity", 4, 60, two.transaction.tx).then((answer) => {
      isAnswered = true;
      return answer;
    });
    await sleep(100);
    expect(isAnswered).toBe(false);
    await one.transaction.release();
    expect(await waiting).toBe("newest");
    await two.transaction.complete(plainReply, 60);
    expect(await store.advance("entity", 3, 60)).toBe("older");
  });

  it("is older once the other has committed", async () => {
    const { store } = await shared();
    const [one, two] = [await open(store, "a"), await open(store, "b")];
    await store.advance("entity", 5, 60, one.transaction.tx);
    const waiting = store.advance("entity", 4, 60, two.transaction.tx);
    await one.transaction.complete(plainReply, 60);
    expect(await waiting).toBe("older");
    await two.transaction.complete(plainReply, 60);
  });
});

describe("processes that are killed", () => {
  it("10 times, at random: every event has its effect exactly once", async () => {
    const seed = Math.floor(Math.random() * 2 ** 32);
    const { table, outside, effects } = await shared();
    const events = Array.from({ length: 400 }, (_, at) => `event-${at}`);
    const start = (offset: number): ChildProcess => {
      const plan: WorkerPlan = { mode: "transactions", url: server.url, table, events, copies: 2, seed: seed + offset };
      return spawn(process.execPath, [WORKER, JSON.stringify(plan)], {
        stdio: ["ignore", "ignore", "inherit"],
      });
    };
    const progress = async (): Promise<number> =>
      (await outside.query(`SELECT count(*)::int AS n FROM ${table}_effects`)).rows[0].n;
    for (let kill = 0; kill < 10; kill++) {
      const before = await progress();
      const child = start(kill);
      await until(async () => child.exitCode !== null || (await progress()) > before + 5 + kill * 2);
      child.kill("SIGKILL");
      if (child.exitCode === null && child.signalCode === null)
        await new Promise((resolve) => child.once("exit", resolve));
    }
    const last = start(10);
    const code = await new Promise((resolve) => last.once("exit", resolve));
    expect(code, `seed ${seed}`).toBe(0);
    expect(await effects(), `seed ${seed}`).toEqual([...events].sort());
  }, 120_000);
});

const WORKER = compiled(new URL("./postgres-worker.ts", import.meta.url));
