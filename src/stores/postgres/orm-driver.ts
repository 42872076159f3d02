// Uses an ORM's database through two functions.
import type { EventEmitter } from "node:events";
import {
  connectMsOf,
  type Database,
  DEFAULT_TRANSACTIONS,
  ignore,
  late,
  type PostgresPoolEvents,
  poolSlots,
  type Query,
  type Row,
  type Session,
  slotsFor,
  surviveIdleErrors,
} from "./driver.js";
import { revocable } from "./revocable-proxy.js";

/**
 * Two functions around an ORM's database. `context.tx` is then the ORM's own transaction object.
 *
 * Not promised: a query that a handler has built and not run. Run every query before the handler ends.
 *
 * @example Drizzle, with `sql` from "drizzle-orm"
 * const database: PostgresOrm<Parameters<Parameters<typeof db.transaction>[0]>[0]> = {
 *   pool,
 *   transaction: (work) => db.transaction(work),
 *   query: async (tx, text, params) => {
 *     const parts = text.split(/\$(\d+)/).map((part, at) =>
 *       at % 2 === 0 ? sql.raw(part) : sql`${params[Number(part) - 1]}`,
 *     );
 *     return (await (tx ?? db).execute(sql.join(parts))).rows;
 *   },
 * };
 * @example Kysely
 * const database: PostgresOrm<Transaction<Tables>> = {
 *   pool,
 *   transaction: (work) => db.transaction().execute(work),
 *   query: async (tx, text, params) =>
 *     (await (tx ?? db).executeQuery<object>(CompiledQuery.raw(text, [...params]))).rows,
 * };
 * @example Knex, whose placeholders are `?` instead of `$1`
 * const database: PostgresOrm<Knex.Transaction> = {
 *   transaction: (work) => db.transaction(work),
 *   query: async (tx, text, params) => {
 *     const bindings: Knex.Value[] = [];
 *     const raw = text.replace(/\$(\d+)/g, (_, at) => {
 *       bindings.push(params[Number(at) - 1] as Knex.Value);
 *       return "?";
 *     });
 *     return (await (tx ?? db).raw(raw, bindings)).rows;
 *   },
 * };
 */
export interface PostgresOrm<Tx> {
  /** Runs `work` in a transaction of the ORM: commits when it resolves, rolls back when it rejects. */
  readonly transaction: (work: (tx: Tx) => Promise<void>) => Promise<unknown>;
  /** Runs one statement with `$1`, `$2`, …, inside `tx` where given, and returns its rows. */
  readonly query: (tx: Tx | undefined, text: string, params: readonly unknown[]) => Promise<readonly object[]>;
  /**
   * The `pg` pool beneath. Required with Drizzle and Kysely: they leave a connection that is lost inside a transaction
   * without an `error` listener, and Node then ends the process. Its size also limits the open transactions.
   */
  readonly pool?: PostgresPoolEvents;
  /** The largest number of open transactions, without a `pool`. Default 9: pools of `pg` and Knex hold 10. */
  readonly maxTransactions?: number;
}

export function ormDatabase<Tx extends object>(orm: PostgresOrm<Tx>): Database<Tx> {
  const { pool, maxTransactions = DEFAULT_TRANSACTIONS } = orm;
  if (pool !== undefined) {
    surviveIdleErrors(pool);
    surviveBusyErrors(pool);
  }
  const query: Query = async (text, params) => (await orm.query(undefined, text, params)) as readonly Row[];
  const queryIn: Database<Tx>["queryIn"] = async (tx, text, params) =>
    (await orm.query(tx, text, params)) as readonly Row[];
  return {
    query,
    queryIn,
    connectMs: pool === undefined ? undefined : connectMsOf(pool),
    slots: pool === undefined ? slotsFor(orm, maxTransactions) : poolSlots(pool),
    open(first, untilMs) {
      return new Promise((resolve, reject) => {
        let settle: { commit: () => void; rollback: (reason: Error) => void } | undefined;
        const ended = run(orm, async (raw) => {
          if (performance.now() > untilMs) throw late();
          const rows = await queryIn(raw, first, []);
          await new Promise<void>((commit, rollback) => {
            settle = { commit, rollback };
            resolve({ session: ormSession(raw, settle, () => ended, queryIn), rows });
          });
        });
        ended.catch(reject);
      });
    },
    async inTransaction(work) {
      await run(orm, (raw) => work((text, params) => queryIn(raw, text, params)));
    },
  };
}

async function run<Tx>(orm: PostgresOrm<Tx>, work: (tx: Tx) => Promise<void>): Promise<void> {
  await orm.transaction(work);
}

/** Makes the ORM roll back. */
class RolledBack extends Error {
  override readonly name = "RolledBack";
}

function ormSession<Tx extends object>(
  raw: Tx,
  settle: { commit: () => void; rollback: (reason: Error) => void },
  ended: () => Promise<void>,
  queryIn: Database<Tx>["queryIn"],
): Session<Tx> {
  const tx = revocable(raw, []);
  async function rollback(): Promise<void> {
    tx.revoke();
    const reason = new RolledBack("rolled back by postgresStore");
    settle.rollback(reason);
    try {
      await ended();
    } catch (error) {
      if (error !== reason) throw error;
    }
  }
  return {
    tx,
    query: (text, params) => queryIn(raw, text, params),
    async commit() {
      tx.revoke();
      settle.commit();
      await ended();
    },
    rollback,
    destroy(terminated) {
      tx.revoke();
      // The ORM returns the connection to its pool, where a late handler's query builder could still use it. So the server
      // ends the connection first.
      void terminated.then(rollback, rollback).catch(ignore);
    },
  };
}

/** The same for a connection that an ORM has taken from the pool: Drizzle and Kysely add no listener. */
function surviveBusyErrors(pool: PostgresPoolEvents): void {
  const known = new WeakSet<object>();
  pool.on("acquire", (client) => {
    if (known.has(client)) return;
    known.add(client);
    (client as Pick<EventEmitter, "on">).on("error", ignore);
  });
}
