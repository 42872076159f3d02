// The dedupe store in a D1 database of Cloudflare, for all isolates of a Worker.
import type { ClaimAnswer, ClaimRequest, DedupeStore, DoneRecord, HolderAnswer, OrderAnswer } from "../store.js";
import { answerOf, toBlob } from "./row.js";
import { SQL, TABLES } from "./statements.js";

/** A prepared statement of D1. */
export interface D1Statement {
  bind(...values: unknown[]): D1Statement;
}

/** The binding of a D1 database, as `env.DB`. */
export interface D1Database {
  prepare(sql: string): D1Statement;
  /** Runs the statements in one transaction. */
  batch(statements: never[]): Promise<readonly { readonly results?: readonly unknown[] }[]>;
}

/** The store that `d1Store` makes. */
export interface D1Store extends DedupeStore {
  claim(claim: ClaimRequest): Promise<ClaimAnswer>;
  renew(key: string, token: string, leaseSeconds: number): Promise<HolderAnswer>;
  complete(key: string, token: string, done: DoneRecord, retentionSeconds: number): Promise<HolderAnswer>;
  release(key: string, token: string, progress?: string): Promise<HolderAnswer>;
  advance(entityKey: string, version: number, retentionSeconds: number): Promise<OrderAnswer>;
  /** Creates the tables, where missing. */
  migrate(): Promise<void>;
}

/**
 * Remembers events in a D1 database, for all isolates of a Worker in all places.
 *
 * Promise: one run per event among all isolates. Each operation is one transaction on the primary database and its clock.
 * Not promised: speed. Each operation goes to the place of the primary; a Durable Object answers sooner. Read replicas are
 *          not used.
 *
 * @param database - The binding, without a session.
 * @returns A store for `dedupe.store`. Call its `migrate` once, before the first delivery.
 * @throws {TypeError} When it is no binding of a D1 database.
 * @example
 * const store = d1Store(env.DB);
 * const receiver = createReceiver(stripe({ secret: env.STRIPE_SECRET }), { scope: "billing", dedupe: { store } });
 */
export function d1Store(database: D1Database): D1Store {
  if (typeof database?.prepare !== "function" || typeof database.batch !== "function") {
    throw new TypeError("d1Store: give the binding of a D1 database, such as env.DB");
  }
  return new D1(database);
}

type Rows = readonly Readonly<Record<string, unknown>>[];

class D1 implements D1Store {
  readonly name = "d1Store";
  readonly isShared = true;
  readonly #database: D1Database;

  constructor(database: D1Database) {
    this.#database = database;
  }

  async claim({ key, token, leaseSeconds, bodyDigest }: ClaimRequest): Promise<ClaimAnswer> {
    const [, , found] = await this.#batch([
      [SQL.nextFence],
      [SQL.claim, key, token, bodyDigest, milliseconds(leaseSeconds)],
      [SQL.find, key, token],
      [SQL.purge],
    ]);
    return answerOf(found?.[0], bodyDigest);
  }

  async renew(key: string, token: string, leaseSeconds: number): Promise<HolderAnswer> {
    const [renewed] = await this.#batch([[SQL.renew, key, token, milliseconds(leaseSeconds)]]);
    return renewed?.length === 1 ? "held" : "lost";
  }

  complete(key: string, token: string, { reply }: DoneRecord, retentionSeconds: number): Promise<HolderAnswer> {
    const retentionMs = milliseconds(retentionSeconds);
    return this.#settle("done", key, token, [SQL.complete, key, token, toBlob(reply), retentionMs]);
  }

  release(key: string, token: string, progress?: string): Promise<HolderAnswer> {
    return this.#settle("released", key, token, [SQL.release, key, token, toBlob(progress)]);
  }

  async advance(entityKey: string, version: number, retentionSeconds: number): Promise<OrderAnswer> {
    const [before] = await this.#batch([
      [SQL.findVersion, entityKey],
      [SQL.putVersion, entityKey, version, milliseconds(retentionSeconds)],
      [SQL.purgeVersions],
    ]);
    const last = Number(before?.[0]?.version ?? -1);
    if (!Number.isSafeInteger(last)) throw new Error("d1Store: the version of an entity cannot be read");
    return version < last ? "older" : "newest";
  }

  async migrate(): Promise<void> {
    await this.#batch(TABLES.map((sql) => [sql]));
  }

  /** The token that settled it before gets `held` again. */
  async #settle(
    state: "done" | "released",
    key: string,
    token: string,
    update: readonly [string, ...unknown[]],
  ): Promise<HolderAnswer> {
    const [settled, found] = await this.#batch([update, [SQL.find, key, token]]);
    if (settled?.length === 1) return "held";
    const row = found?.[0];
    return row?.state === state && Number(row.is_own) === 1 ? "held" : "lost";
  }

  async #batch(statements: readonly (readonly [string, ...unknown[]])[]): Promise<readonly Rows[]> {
    const prepared = statements.map(([sql, ...values]) => {
      const statement = this.#database.prepare(sql);
      return values.length === 0 ? statement : statement.bind(...values);
    });
    const answers = await this.#database.batch(prepared as never[]);
    return answers.map(({ results = [] }) => results as Rows);
  }
}

function milliseconds(seconds: number): number {
  return Math.ceil(seconds * 1000);
}
