// The functions around each ORM are those in the comment of `PostgresOrm`.
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { sql as drizzleSql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/node-postgres";
import { pgTable, text } from "drizzle-orm/pg-core";
import knexFactory, { type Knex } from "knex";
import { CompiledQuery, Kysely, PostgresDialect, type Transaction } from "kysely";
import type pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bodyDigest, dedupeKey } from "../../../src/dedupe/key.js";
import type { PostgresOrm } from "../../../src/stores/postgres/orm-driver.js";
import { type PostgresStore, postgresStore } from "../../../src/stores/postgres/postgres-store.js";
import { StoreFullError } from "../../../src/stores/store.js";
import { dedupeStoreCases } from "../../../src/testing/store-contract/cases.js";
import { runDedupeStoreCase } from "../../../src/testing/store-contract/index.js";
import { type PostgresServer, startPostgres } from "../../support/postgres-server.js";

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
}, 60_000);
afterAll(async () => await server?.close());

interface Tables {
  effects: { id: string };
}
const effectsTable = pgTable("effects", { id: text("id") });
const poolConfig = { max: 4 };

function drizzleDatabase(pool: pg.Pool) {
  const db = drizzle(pool);
  type Tx = Parameters<Parameters<typeof db.transaction>[0]>[0];
  const database: PostgresOrm<Tx> = {
    pool,
    transaction: (work) => db.transaction(work),
    query: async (tx, text, params) => {
      const parts = text
        .split(/\$(\d+)/)
        .map((part, at) => (at % 2 === 0 ? drizzleSql.raw(part) : drizzleSql`${params[Number(part) - 1]}`));
      return (await (tx ?? db).execute(drizzleSql.join(parts))).rows;
    },
  };
  return database;
}

function kyselyDatabase(pool: pg.Pool) {
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  const database: PostgresOrm<Transaction<Tables>> = {
    pool,
    transaction: (work) => db.transaction().execute(work),
    query: async (tx, text, params) =>
      (await (tx ?? db).executeQuery<object>(CompiledQuery.raw(text, [...params]))).rows,
  };
  return database;
}

function knexDatabase(db: Knex) {
  const database: PostgresOrm<Knex.Transaction> = {
    transaction: (work) => db.transaction(work),
    query: async (tx, text, params) => {
      const bindings: Knex.Value[] = [];
      const raw = text.replace(/\$(\d+)/g, (_, at) => {
        bindings.push(params[Number(at) - 1] as Knex.Value);
        return "?";
      });
      return (await (tx ?? db).raw(raw, bindings)).rows;
    },
    maxTransactions: 3,
  };
  return database;
}

/** One ORM: its store, and how a handler of its writes an effect and a statement. */
interface Bench<Tx extends object> {
  readonly database: PostgresOrm<Tx>;
  readonly insert: (tx: Tx, id: string) => PromiseLike<unknown>;
  readonly run: (tx: Tx, statement: string) => PromiseLike<unknown>;
  readonly close: () => Promise<unknown>;
}

const insertDrizzle = (tx: Parameters<Parameters<ReturnType<typeof drizzle>["transaction"]>[0]>[0], id: string) =>
  tx.insert(effectsTable).values({ id });

const orms = {
  Drizzle: () => {
    const pool = server.pool(poolConfig);
    return {
      database: drizzleDatabase(pool),
      insert: insertDrizzle as (tx: object, id: string) => PromiseLike<unknown>,
      run: (tx, statement) => (tx as never as { execute(s: string): Promise<unknown> }).execute(statement),
      close: async () => undefined,
    } as Bench<object>;
  },
  Kysely: () => {
    const pool = server.pool(poolConfig);
    const bench: Bench<Transaction<Tables>> = {
      database: kyselyDatabase(pool),
      insert: (tx, id) => tx.insertInto("effects").values({ id }).execute(),
      run: (tx, statement) => tx.executeQuery(CompiledQuery.raw(statement)),
      close: async () => undefined,
    };
    return bench as unknown as Bench<object>;
  },
  Knex: () => {
    const db = knexFactory({ client: "pg", connection: server.url, pool: { min: 0, max: 4 } });
    const bench: Bench<Knex.Transaction> = {
      database: knexDatabase(db),
      insert: (tx, id) => tx("effects").insert({ id }),
      run: (tx, statement) => tx.raw(statement),
      close: () => db.destroy(),
    };
    return bench as unknown as Bench<object>;
  },
};

const digest = bodyDigest(Buffer.from("body"));
const request = (id: string) => ({
  key: dedupeKey({ scope: "test", sender: "test", tenant: undefined, id }),
  token: randomUUID(),
  leaseSeconds: 60,
  bodyDigest: digest,
});
const plainReply = { reply: undefined };

describe.each(Object.entries(orms))("%s", (name, make) => {
  let bench: Bench<object>;
  let store: PostgresStore<object>;
  let outside: pg.Pool;
  const table = `orm_${name.toLowerCase()}`;
  beforeAll(async () => {
    bench = make();
    outside = server.pool({ max: 2 });
    await outside.query("CREATE TABLE IF NOT EXISTS effects (id text)");
    store = postgresStore(bench.database, { table, transactional: true });
    await store.migrate();
  });
  afterAll(async () => await bench.close());

  const open = async (id: string) => {
    const answer = await store.begin?.(request(id));
    if (answer?.state !== "claimed") throw new Error(`expected claimed, got ${JSON.stringify(answer)}`);
    return answer;
  };
  const effects = async (id: string): Promise<number> =>
    (await outside.query("SELECT count(*)::int AS n FROM effects WHERE id = $1", [id])).rows[0].n;
  const unique = (): string => `${name}-${randomUUID()}`;

  it("migrates, also while other processes do the same", async () => {
    await Promise.all([1, 2, 3].map(() => store.migrate()));
  });

  it.each(dedupeStoreCases.filter((one) => one.group === "what it keeps" || one.group === "over time"))(
    "keeps the dedupe contract: $group: $name",
    async (one) => {
      const advance = async (seconds: number): Promise<void> => {
        await outside.query(
          `UPDATE ${table} SET lease_until = lease_until - make_interval(secs => $1), forget_at = forget_at - make_interval(secs => $1)`,
          [seconds],
        );
      };
      await runDedupeStoreCase(one, () => ({ store: store as never, advance }), 1);
    },
  );

  it("commits what its own transaction object wrote with the completion, and not before", async () => {
    const id = unique();
    const { transaction } = await open(id);
    await bench.insert(transaction.tx, id);
    expect(await effects(id)).toBe(0);
    expect(await store.begin?.(request(id))).toMatchObject({ state: "in_flight" });
    expect(await transaction.complete({ reply: "r" }, 60)).toBe("held");
    expect(await effects(id)).toBe(1);
    expect(await store.begin?.(request(id))).toEqual({ state: "done", reply: "r", isSameBody: true });
  });

  it("rolls back on release, keeping attempt and progress", async () => {
    const id = unique();
    const { transaction } = await open(id);
    await bench.insert(transaction.tx, id);
    expect(await transaction.release("half")).toBe("held");
    expect(await effects(id)).toBe(0);
    const second = await open(id);
    expect(second).toMatchObject({ attempt: 2, progress: "half" });
    await second.transaction.complete(plainReply, 60);
  });

  it("does not take a transaction that had failed for success", async () => {
    const id = unique();
    const { transaction } = await open(id);
    await bench.insert(transaction.tx, id);
    await Promise.resolve(bench.run(transaction.tx, "SELECT 1 / 0")).catch(() => undefined);
    await expect(transaction.complete(plainReply, 60)).rejects.toThrow();
    expect(await effects(id)).toBe(0);
    const second = await open(id);
    expect(second.attempt).toBe(2);
    await second.transaction.complete(plainReply, 60);
  });

  it("shuts the transaction object when the handler has ended", async () => {
    const { transaction } = await open(unique());
    const { tx } = transaction;
    await transaction.complete(plainReply, 60);
    expect(() => bench.insert(tx, "late")).toThrow(TypeError);
    expect(await effects("late")).toBe(0);
  });

  it("ends the connection of a handler that runs past its time, and lives", async () => {
    const id = unique();
    const { transaction } = await open(id);
    await bench.insert(transaction.tx, id);
    const stuck = Promise.resolve(bench.run(transaction.tx, "SELECT pg_sleep(600)")).then(
      () => "slept",
      () => "ended",
    );
    await sleep(50);
    transaction.abandon();
    expect(await stuck).toBe("ended");
    for (;;) {
      const answer = await store.begin?.(request(id)).catch(() => undefined);
      if (answer?.state === "claimed") {
        await answer.transaction.complete(plainReply, 60);
        break;
      }
      await sleep(20);
    }
    expect(await effects(id)).toBe(0);
  });

  it("holds back what would take the pool's last connection", async () => {
    const held = [await open(unique()), await open(unique()), await open(unique())];
    await expect(store.begin?.(request(unique()))).rejects.toThrow(StoreFullError);
    for (const { transaction } of held) await transaction.complete(plainReply, 60);
    await (await open(unique())).transaction.complete(plainReply, 60);
  });

  it("orders events inside the transaction", async () => {
    const entity = unique();
    const { transaction } = await open(unique());
    expect(await store.advance(entity, 5, 60, transaction.tx)).toBe("newest");
    await transaction.release();
    expect(await store.advance(entity, 4, 60)).toBe("newest");
    expect(await store.advance(entity, 3, 60)).toBe("older");
  });
});
