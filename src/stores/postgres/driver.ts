// The database as the Postgres store uses it, for a pool of `pg` and for an ORM.
import { sharedWeakMap } from "../../lib/across-builds.js";
import type { Revocable } from "./revocable-proxy.js";
import { Slots } from "./transaction-limit.js";

export type Row = Readonly<Record<string, unknown>>;
export type Query = (text: string, params: readonly unknown[]) => Promise<readonly Row[]>;

/** One open transaction. `tx` is for the handler; `query` is ours and goes on after `tx.revoke()`. */
export interface Session<Tx> {
  readonly tx: Revocable<Tx>;
  readonly query: Query;
  /** @throws Where it is not known to have happened. */
  commit(): Promise<void>;
  rollback(): Promise<void>;
  /** Never used again. `terminated` resolves when the server was told to end it, which some need to wait for. */
  destroy(terminated: Promise<unknown>): void;
}

export interface Database<Tx> {
  /** A statement of its own, on any connection. */
  readonly query: Query;
  queryIn(tx: Tx, text: string, params: readonly unknown[]): Promise<readonly Row[]>;
  /** How long a new connection may take to be made, milliseconds; 0: for ever; `undefined`: not known. */
  readonly connectMs: number | undefined;
  /** Shared by all stores on the same pool. */
  readonly slots: Slots;
  /** Opens a transaction and answers `first`, a statement without parameters. Gives up, and keeps nothing, at `untilMs`. */
  open(first: string, untilMs: number): Promise<{ readonly session: Session<Tx>; readonly rows: readonly Row[] }>;
  /** All or nothing, without a time limit. */
  inTransaction(work: (query: Query) => Promise<void>): Promise<void>;
}

/** Of a pool that an ORM uses, this is enough. */
export interface PostgresPoolEvents {
  readonly options: { readonly max?: number; readonly connectionTimeoutMillis?: number | undefined };
  on(event: "error" | "acquire", listener: (subject: object) => void): unknown;
  listenerCount(event: "error"): number;
}

/** `pg`'s own default, and Knex's. */
const DEFAULT_POOL_SIZE = 10;
/** One connection fewer than the pool holds, so that a handler that also asks the pool gets an answer. */
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

/** Listens where nobody else does: the next statement tells what happened. */
export function ignore(): void {}
