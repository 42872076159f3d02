// postgresStore on a real PostgreSQL: the dedupe contract, migrations, expiry, poolers and several processes.
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import type pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bodyDigest, dedupeKey } from "../../../src/dedupe/key.js";
import { Sweep } from "../../../src/stores/postgres/expire-rows.js";
import { KNOWN_VERSION, migrationFile, tablesOf } from "../../../src/stores/postgres/migrations.js";
import type { PostgresPool, PostgresQuery } from "../../../src/stores/postgres/pg-driver.js";
import { type PostgresStoreOptions, postgresStore } from "../../../src/stores/postgres/postgres-store.js";
import { type DedupeStoreHarness, describeDedupeStore } from "../../../src/testing/store-contract/index.js";
import { compiled } from "../../support/compiled.js";
import { type PostgresServer, startPostgres } from "../../support/postgres-server.js";
import type { WorkerPlan } from "./postgres-worker.js";

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
}, 60_000);
afterAll(async () => await server?.close());

const keyOf = (id: string): string => dedupeKey({ scope: "test", sender: "test", tenant: undefined, id });
const digest = bodyDigest(Buffer.from("body"));
let tableCount = 0;
const newTable = (): string => `t${++tableCount}_${randomUUID().slice(0, 8)}`;

/** A store on a table of its own; `advance` moves its records into the past, which is the clock seen from them. */
async function shared() {
  const pool = server.pool({ max: 8 });
  const table = newTable();
  const store = postgresStore(pool, { table });
  await store.migrate();
  const advance = async (seconds: number): Promise<void> => {
    await pool.query(
      `UPDATE ${table} SET lease_until = lease_until - make_interval(secs => $1), forget_at = forget_at - make_interval(secs => $1)`,
      [seconds],
    );
    await pool.query(`UPDATE ${table}_order SET forget_at = forget_at - make_interval(secs => $1)`, [seconds]);
  };
  return { pool, table, store, advance };
}

let contract: DedupeStoreHarness | undefined;
describeDedupeStore(
  "postgresStore",
  async () => {
    if (contract !== undefined) return contract;
    const { table, store, advance } = await shared();
    contract = { store, advance, peers: [postgresStore(server.pool({ max: 4 }), { table })] };
    return contract;
  },
  { describe, it },
);

const WORKER = compiled(new URL("./postgres-worker.ts", import.meta.url));

function work(plan: Partial<WorkerPlan> & Pick<WorkerPlan, "mode" | "table">): Promise<Record<string, number>> {
  const whole: WorkerPlan = { url: server.url, events: [], copies: 1, seed: 1, ...plan };
  const child = spawn(process.execPath, [WORKER, JSON.stringify(whole)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let out = "";
  child.stdout.on("data", (chunk) => {
    out += String(chunk);
  });
  return new Promise((resolve, reject) => {
    child.once("close", (code) =>
      code === 0 ? resolve(JSON.parse(out)) : reject(new Error(`worker ended with ${code}: ${out}`)),
    );
  });
}

describe("migrate", () => {
  it("may run in many processes at the same time, and repeatedly", async () => {
    const table = newTable();
    await Promise.all(Array.from({ length: 5 }, () => work({ mode: "migrate", table })));
    const pool = server.pool();
    const store = postgresStore(pool, { table });
    await Promise.all(Array.from({ length: 10 }, () => store.migrate()));
    const { rows } = await pool.query(`SELECT version FROM ${table}_schema`);
    expect(rows).toEqual([{ version: KNOWN_VERSION }]);
    expect(await claimOf(store, "a")).toMatchObject({ state: "claimed", attempt: 1 });
  }, 60_000);

  it("makes the tables in the schema that is named, and nothing else", async () => {
    const pool = server.pool();
    await pool.query("CREATE SCHEMA app");
    const store = postgresStore(pool, { table: "app.Hooks" });
    await store.migrate();
    const { rows } = await pool.query(
      "SELECT relname FROM pg_class WHERE relnamespace = 'app'::regnamespace AND relkind = 'r' ORDER BY 1",
    );
    expect(rows.map((row) => row.relname)).toEqual(["Hooks", "Hooks_order", "Hooks_schema"]);
    expect(await claimOf(store, "a")).toMatchObject({ state: "claimed" });
  });

  it("leaves nothing behind where it fails", async () => {
    const pool = server.pool();
    const table = newTable();
    await pool.query(`CREATE TABLE ${table}_order (taken int)`);
    await expect(postgresStore(pool, { table }).migrate()).rejects.toThrow(/already exists/);
    const { rows } = await pool.query("SELECT to_regclass($1) AS records, to_regclass($2) AS versions", [
      table,
      `${table}_schema`,
    ]);
    expect(rows).toEqual([{ records: null, versions: null }]);
  });

  it("is what the file in the package does", async () => {
    const file = await readFile(new URL("../../../migrations/postgres/0001.sql", import.meta.url), "utf8");
    expect(file).toBe(migrationFile(1, tablesOf("hookgate_dedupe")));
    const pool = server.pool();
    await pool.query(file);
    expect(await claimOf(postgresStore(pool), "a")).toMatchObject({ state: "claimed", attempt: 1 });
  });
});

describe("the schema is checked on first use", () => {
  it("names the remedy where the table is missing, and works once it is there", async () => {
    const table = newTable();
    const store = postgresStore(server.pool(), { table });
    await expect(claimOf(store, "a")).rejects.toThrow(
      `postgresStore: table "${table}" does not exist: run await store.migrate() when you deploy, or apply migrations/postgres/0001.sql of this package`,
    );
    await store.migrate();
    expect(await claimOf(store, "a")).toMatchObject({ state: "claimed" });
  });

  it("says so too where the table goes away later", async () => {
    const { store, pool, table } = await shared();
    await claimOf(store, "a");
    await pool.query(`DROP TABLE ${table}, ${table}_schema, ${table}_order`);
    await expect(claimOf(store, "b")).rejects.toThrow(/does not exist: run await store\.migrate\(\)/);
  });

  it.each([
    ["newer than it knows", KNOWN_VERSION + 1, /is at version 2, newer than this version of hookgate knows \(1\)/],
    ["older than it needs", 0, /is older than this version of hookgate: run await store\.migrate\(\)/],
  ])("refuses tables %s", async (_, version, message) => {
    const { pool, table } = await shared();
    await pool.query(`UPDATE ${table}_schema SET version = $1`, [version]);
    await expect(claimOf(postgresStore(pool, { table }), "a")).rejects.toThrow(message);
  });

  it("does not migrate newer tables down", async () => {
    const { pool, table, store } = await shared();
    await pool.query(`UPDATE ${table}_schema SET version = 99`);
    await expect(store.migrate()).rejects.toThrow(/newer than this version/);
  });
});

describe("a record that cannot be read is an error, never new", () => {
  it.each([
    ["a state of a later version", "state = 7", /state 7, which this version of hookgate does not know/],
    ["a reply that is not UTF-8", "reply = '\\xff'", /not valid/],
  ])("%s", async (_, change, message) => {
    const { pool, table, store } = await shared();
    await claimOf(store, "a");
    await store.complete(keyOf("a"), "t", { reply: "r" }, 3600);
    await pool.query(`UPDATE ${table} SET ${change}`);
    await expect(claimOf(store, "a", "other")).rejects.toThrow(message);
  });

  it("an attempt below 1", async () => {
    const { pool, table, store } = await shared();
    await claimOf(store, "a");
    await store.release(keyOf("a"), "t");
    await pool.query(`UPDATE ${table} SET attempt = -5`);
    await expect(claimOf(store, "a", "other")).rejects.toThrow(/cannot be read/);
  });
});

describe("behind a pooler in transaction mode", () => {
  it("needs no connection twice, and leaves nothing on one", async () => {
    const { table } = await shared();
    const pools = [server.pool({ max: 1 }), server.pool({ max: 1 })] as const;
    const sent: PostgresQuery[] = [];
    let turn = 0;
    const pooler = {
      query(config: PostgresQuery) {
        sent.push(config);
        return (pools[turn++ % 2] as pg.Pool).query(config);
      },
      connect: () => Promise.reject(new Error("no op of the plain store needs a connection of its own")),
      options: {},
      on: () => undefined,
      listenerCount: () => 1,
    } as unknown as PostgresPool;
    const store = postgresStore(pooler, { table });
    for (let event = 0; event < 60; event++) {
      const id = `event-${event}`;
      expect(await claimOf(store, id, "one")).toMatchObject({ state: "claimed", attempt: 1 });
      expect(await claimOf(store, id, "two")).toMatchObject({ state: "in_flight" });
      expect(await store.renew(keyOf(id), "one", 60)).toBe("held");
      expect(await store.release(keyOf(id), "one", "half")).toBe("held");
      expect(await claimOf(store, id, "two")).toMatchObject({ state: "claimed", attempt: 2, progress: "half" });
      expect(await store.complete(keyOf(id), "two", { reply: "r" }, 60)).toBe("held");
      expect(await claimOf(store, id, "three")).toMatchObject({ state: "done", reply: "r" });
      await store.advance(keyOf("entity"), event, 60);
    }
    expect(sent.length).toBeGreaterThan(500);
    for (const config of sent) {
      expect(config).not.toHaveProperty("name");
      expect(config.text).not.toMatch(
        /^\s*(SET|PREPARE|EXECUTE|LISTEN|DECLARE|BEGIN|START)|pg_advisory_lock|set_config/i,
      );
    }
  });

  it("takes one round trip for a new event and one for its completion", async () => {
    const { table, pool } = await shared();
    const sent: string[] = [];
    const counted = new Proxy(pool, {
      get: (target, name) =>
        name === "query"
          ? (config: PostgresQuery) => {
              if (!config.text.startsWith("WITH gone")) sent.push(config.text.slice(0, 6));
              return target.query(config);
            }
          : Reflect.get(target, name, target),
    });
    const store = postgresStore(counted, { table });
    await claimOf(store, "first");
    sent.length = 0;
    await claimOf(store, "a");
    await store.complete(keyOf("a"), "t", { reply: undefined }, 60);
    await claimOf(store, "a");
    expect(sent).toEqual(["INSERT", "UPDATE", "INSERT", "SELECT"]);
  });
});

describe("retries what passes by itself", () => {
  async function failing(codes: string[]) {
    const { table, pool } = await shared();
    await claimOf(postgresStore(pool, { table }), "warm");
    let asked = 0;
    const flaky = new Proxy(pool, {
      get: (target, name) =>
        name === "query"
          ? (config: PostgresQuery) => {
              if (!config.text.startsWith("INSERT")) return target.query(config);
              asked++;
              const code = codes.shift();
              return code === undefined
                ? target.query(config)
                : Promise.reject(Object.assign(new Error(code), { code }));
            }
          : Reflect.get(target, name, target),
    });
    return { store: postgresStore(flaky, { table }), asked: () => asked };
  }

  it("a deadlock, a serialisation failure and a lock timeout, twice", async () => {
    const { store, asked } = await failing(["40P01", "40001"]);
    expect(await claimOf(store, "a")).toMatchObject({ state: "claimed", attempt: 1 });
    expect(asked()).toBe(3);
  });

  it("but not three times, and nothing else", async () => {
    const three = await failing(["55P03", "55P03", "55P03"]);
    await expect(claimOf(three.store, "a")).rejects.toThrow("55P03");
    expect(three.asked()).toBe(3);
    const other = await failing(["53300"]);
    await expect(claimOf(other.store, "a")).rejects.toThrow("53300");
    expect(other.asked()).toBe(1);
  });
});

describe("advance", () => {
  it("keeps the highest version; equal is not older", async () => {
    const { store } = await shared();
    expect(await store.advance("entity", 5, 60)).toBe("newest");
    expect(await store.advance("entity", 5, 60)).toBe("newest");
    expect(await store.advance("entity", 4, 60)).toBe("older");
    expect(await store.advance("entity", Number.MAX_SAFE_INTEGER, 60)).toBe("newest");
    expect(await store.advance("entity", 6, 60)).toBe("older");
    expect(await store.advance("other", 0, 60)).toBe("newest");
  });

  it("forgets an entity its retention after its last event, older ones included", async () => {
    const { store, advance } = await shared();
    await store.advance("entity", 5, 100);
    await advance(60);
    expect(await store.advance("entity", 3, 100)).toBe("older");
    await advance(60);
    expect(await store.advance("entity", 4, 100)).toBe("older");
    await advance(101);
    expect(await store.advance("entity", 1, 100)).toBe("newest");
    expect(await store.advance("entity", 0, 100)).toBe("older");
  });

  it("concurrently: the highest version stays", async () => {
    const { store } = await shared();
    const versions = Array.from({ length: 100 }, (_, at) => (at * 37) % 100);
    await Promise.all(versions.map((version) => store.advance("entity", version, 60)));
    expect(await store.advance("entity", 98, 60)).toBe("older");
    expect(await store.advance("entity", 99, 60)).toBe("newest");
  });
});

describe("expired records", () => {
  async function filled() {
    const { pool, table, store } = await shared();
    await pool.query(
      `INSERT INTO ${table} (key, state, attempt, lease_until, forget_at, token, body_digest)
       SELECT sha256(n::text::bytea), 2, 1, now(), now() + make_interval(secs => CASE WHEN n % 2 = 0 THEN -10 ELSE 1000 END), 't', sha256('b')
       FROM generate_series(1, 2000) AS n`,
    );
    const kept = async () =>
      (
        await pool.query(
          `SELECT count(*)::int AS n, count(*) FILTER (WHERE forget_at < now())::int AS expired FROM ${table}`,
        )
      ).rows[0];
    const sweep = new Sweep(async (text, params) => (await pool.query(text, [...params])).rows, `"${table}"`);
    return { pool, table, store, kept, sweep };
  }

  it("go at most 100 at a time, until none is left; what is wanted stays", async () => {
    const { kept, sweep } = await filled();
    for (let step = 0; step < 60 && (await kept()).expired > 0; step++) {
      expect(await sweep.step()).toBeLessThanOrEqual(100);
    }
    expect(await kept()).toEqual({ n: 1000, expired: 0 });
  });

  it("go by themselves while claims come", async () => {
    const { kept, store } = await filled();
    for (let event = 0; event < 3000 && (await kept()).expired > 500; event++) await claimOf(store, `event-${event}`);
    expect((await kept()).expired).toBeLessThanOrEqual(500);
  });

  it("are left alone while others hold them", async () => {
    const { pool, table, kept, sweep } = await filled();
    const client = await pool.connect();
    await client.query(`BEGIN; SELECT 1 FROM ${table} FOR UPDATE`);
    for (let step = 0; step < 10; step++) expect(await sweep.step()).toBe(0);
    await client.query("ROLLBACK");
    client.release();
    expect((await kept()).expired).toBe(1000);
  });

  it("are found without reading the whole table", async () => {
    const { pool, table } = await filled();
    const { rows } = await pool.query(
      `EXPLAIN SELECT ctid FROM ${table} WHERE ctid >= '(8,0)'::tid AND ctid < '(16,0)'::tid AND forget_at <= clock_timestamp()`,
    );
    expect(rows.map((row) => row["QUERY PLAN"]).join("\n")).toContain("Tid Range Scan");
  });

  it("may fail to go: no claim fails with them", async () => {
    const { pool, table } = await shared();
    const sent = new Set<string>();
    const flaky = new Proxy(pool, {
      get: (target, name) =>
        name === "query"
          ? (config: PostgresQuery) => {
              sent.add(config.text.slice(0, 9));
              return config.text.startsWith("WITH gone") ? Promise.reject(new Error("no")) : target.query(config);
            }
          : Reflect.get(target, name, target),
    });
    const store = postgresStore(flaky, { table });
    for (let event = 0; event < 50; event++)
      expect(await claimOf(store, `event-${event}`)).toMatchObject({ state: "claimed" });
    expect(sent).toContain("WITH gone");
  });
});

describe("in three processes", () => {
  it("500 events that come 20 times each run their handlers once each", async () => {
    const seed = Math.floor(Math.random() * 2 ** 32);
    const { pool, table } = await shared();
    await pool.query(`CREATE TABLE ${table}_effects (id text)`);
    const events = Array.from({ length: 500 }, (_, at) => `event-${at}`);
    const copies = [7, 7, 6];
    const outcomes = await Promise.all(
      copies.map((count, at) => work({ mode: "storm", table, events, copies: count, seed: seed + at })),
    );
    const { rows } = await pool.query(
      `SELECT count(*)::int AS runs, count(DISTINCT id)::int AS events FROM ${table}_effects`,
    );
    expect(rows, `seed ${seed}`).toEqual([{ runs: 500, events: 500 }]);
    const total = (name: string) => outcomes.reduce((sum, one) => sum + (one[name] ?? 0), 0);
    expect(total("processed")).toBe(500);
    expect(total("duplicate")).toBe(500 * 19);
  }, 120_000);
});

describe("refuses, when built", () => {
  const build = (database: unknown, options?: unknown) => () =>
    postgresStore(database as PostgresPool, options as PostgresStoreOptions & { transactional: true });

  it.each([
    ["nothing", undefined],
    ["a connection string", "postgres://localhost"],
    ["an object", {}],
    ["a client, which is one connection", { query() {}, connect() {}, on() {}, listenerCount() {}, release() {} }],
  ])("%s in place of a pool", (_, database) => {
    expect(build(database)).toThrow(/the first argument must be a pool, new pg\.Pool/);
  });

  it.each([
    ["a quote", 'a"b'],
    ["a space", "a b"],
    ["a semicolon", "a;DROP TABLE b"],
    ["nothing", ""],
    ["three parts", "a.b.c"],
    ["an empty part", "a."],
    ["a digit first", "1a"],
    ["letters that are not ASCII", "täble"],
    ["49 characters", "a".repeat(49)],
    ["a number", 7],
  ])("a table of %s", (_, table) => {
    expect(build(server.pool(), { table })).toThrow(/postgresStore: table must be "name" or "schema\.name"/);
  });

  it("an unknown option, naming the one that was meant", () => {
    expect(build(server.pool(), { transaction: true })).toThrow(
      /unknown option "transaction"; did you mean "transactional"/,
    );
    expect(build(server.pool(), { transactional: "yes" })).toThrow(/transactional must be true or false; got "yes"/);
  });

  it("takes a table of 48 characters", async () => {
    const store = postgresStore(server.pool(), { table: "a".repeat(48) });
    await store.migrate();
    expect(await claimOf(store, "a")).toMatchObject({ state: "claimed" });
  });
});

async function claimOf(store: { claim: ReturnType<typeof postgresStore>["claim"] }, id: string, token = "t") {
  return await store.claim({ key: keyOf(id), token, leaseSeconds: 60, bodyDigest: digest });
}
