// Compiled by `npm run check:types`, never run: what `context.tx` is with `postgresStore`.
import type { Knex } from "knex";
import type { Kysely, Transaction } from "kysely";
import type pg from "pg";
import { bearerToken } from "../../../src/auth/index.js";
import { createReceiver, defineSender, json } from "../../../src/index.js";
import { postgresStore } from "../../../src/stores/postgres/index.js";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const is = <_T extends true>(): void => undefined;

declare const pool: pg.Pool;
const erp = defineSender({
  name: "erp",
  auth: bearerToken({ token: "x" }),
  event: { id: json("id"), type: json("type") },
});
const scope = "erp";

createReceiver(erp, { scope, dedupe: { store: postgresStore(pool, { transactional: true }) } }).on(
  "a",
  async (_, context) => {
    is<Equal<typeof context.tx, pg.PoolClient>>();
    const { rows } = await context.tx.query<{ total: number }>("SELECT 1 AS total", []);
    is<Equal<typeof rows, { total: number }[]>>();
  },
);

const plain = createReceiver(erp, { scope, dedupe: { store: postgresStore(pool) } });
// @ts-expect-error no tx without a transactional store
plain.on("a", (_, context) => context.tx);
const off = createReceiver(erp, { scope, dedupe: { store: postgresStore(pool, { transactional: false }) } });
// @ts-expect-error nor with one that says it is not
off.on("a", (_, context) => context.tx);

// An ORM's own transaction type, from an annotation or as a type argument.
interface Tables {
  orders: { id: string };
}
declare const kysely: Kysely<Tables>;
declare const knex: Knex;
const rows = async (): Promise<readonly object[]> => [];
const annotated = postgresStore(
  {
    transaction: (work: (tx: Transaction<Tables>) => Promise<void>) => kysely.transaction().execute(work),
    query: rows,
    pool,
  },
  { transactional: true },
);
createReceiver(erp, { scope, dedupe: { store: annotated } }).on("a", (_, { tx }) => {
  is<Equal<typeof tx, Transaction<Tables>>>();
  return tx.insertInto("orders").values({ id: "1" }).execute();
});
const named = postgresStore<Knex.Transaction>(
  { transaction: (work) => knex.transaction(work), query: rows },
  { transactional: true },
);
createReceiver(erp, { scope, dedupe: { store: named } }).on("a", (_, { tx }) =>
  is<Equal<typeof tx, Knex.Transaction>>(),
);

// @ts-expect-error a client is one connection, not a pool
postgresStore({} as pg.Client);
// @ts-expect-error unknown options
postgresStore(pool, { tableName: "x" });
