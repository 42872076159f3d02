// The database interface of the Postgres store. A `pg` pool and an ORM implement it.
import { sharedWeakMap } from "../../lib/across-builds.js";
import type { Revocable } from "./revocable-proxy.js";
import { Slots } from "./transaction-limit.js";

export type Row = Readonly<Record<string, unknown>>;
export type Query = (text: string, params: readonly unknown[]) => Promise<readonly Row[]>;

/** One open transaction. The handler gets `tx`; the store uses `query`, which still works after `tx.revoke()`. */
export interface Session<Tx> {
  readonly tx: Revocable<Tx>;
  readonly query: Query;
  /** @throws When the commit is not known to have happened. */
  commit(): Promise<void>;
  rollback(): Promise<void>;
  /** Closes the connection for good. `terminated` resolves once the server has been told to end it. */
  destroy(terminated: Promise<unknown>): void;
}

export interface Database<Tx> {
  /** Runs one statement on any connection, outside a transaction. */
  readonly query: Query;
  queryIn(tx: Tx, text: string, params: readonly unknown[]): Promise<readonly Row[]>;
  /** The time limit of a new connection, milliseconds. 0 is no limit; `undefined` is unknown. */
  readonly connectMs: number | undefined;
  /** Shared by all stores of one pool. */
  readonly slots: Slots;
  /** Opens a transaction and runs `first`, a statement without parameters. Gives up at `untilMs`, with nothing left open. */
  open(first: string, untilMs: number): Promise<{ readonly session: Session<Tx>; readonly rows: readonly Row[] }>;
  /** Runs everything in one transaction, without a time limit. */
  inTransaction(work: (query: Query) => Promise<void>): Promise<void>;
}

/** The part of a pool that is used beside an ORM. */
export interface PostgresPoolEvents {
  readonly options: { readonly max?: number; readonly connectionTimeoutMillis?: number | undefined };
  on(event: "error" | "acquire", listener: (subject: object) => void): unknown;
  listenerCount(event: "error"): number;
}

/** The default size of a `pg` pool, and of Knex's. */
const DEFAULT_POOL_SIZE = 10;
/** One fewer than the pool holds, so that a handler that also uses the pool gets a connection. */
export const DEFAULT_TRANSACTIONS: number = DEFAULT_POOL_SIZE - 1;
const slotsOf = /* @__PURE__ */ sharedWeakMap<object, Slots>("postgres-transactions");

export function connectMsOf(pool: PostgresPoolEvents): number | undefined {
  return pool.options === undefined ? undefined : (pool.options.connectionTimeoutMillis ?? 0);
}

export function poolSlots(pool: PostgresPoolEvents): Slots {
  return slotsFor(pool, (pool.options?.max ?? DEFAULT_POOL_SIZE) - 1);
}

export function slotsFor(pool: object, limit: number): Slots {
  const known = slotsOf().get(pool);
  if (known !== undefined) return known;
  const slots = new Slots(Math.max(1, limit));
  slotsOf().set(pool, slots);
  return slots;
}

/** A pool without an `error` listener ends the process when the server closes an idle connection. */
export function surviveIdleErrors(pool: PostgresPoolEvents): void {
  if (pool.listenerCount("error") === 0) pool.on("error", ignore);
}

export function late(): Error {
  return new Error("postgresStore: the pool had no free connection in time; the application holds them all");
}

/** Adds a listener where there is none. The next statement on the connection reports the error. */
export function ignore(): void {}
