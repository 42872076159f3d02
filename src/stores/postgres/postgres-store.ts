// The dedupe store in PostgreSQL. Its transactional form makes a handler's writes happen exactly once.
import { CHECKED_LATER, checkOptions, FLAG, type OptionRules, wholeNumber } from "../../lib/options.js";
import type {
  BeginAnswer,
  ClaimAnswer,
  ClaimRequest,
  DedupeStore,
  DoneRecord,
  HolderAnswer,
  OrderAnswer,
  StoreNeeds,
} from "../store.js";
import type { Database, Query } from "./driver.js";
import { Sweep } from "./expire-rows.js";
import { checkSchema, codeOf, explained, migrate, type Tables, tablesOf } from "./migrations.js";
import { ormDatabase, type PostgresOrm } from "./orm-driver.js";
import { type PostgresClient, type PostgresPool, poolDatabase } from "./pg-driver.js";
import { Records, toBytes } from "./queries.js";
import { begin } from "./transaction.js";

/** Options of `postgresStore`. */
export interface PostgresStoreOptions {
  /** `name` or `schema.name`, as it was migrated. Two more tables are called `name_order` and `name_schema`. Default `hookgate_dedupe`. */
  readonly table?: string;
  /** Runs the handler and the completion in one transaction, `context.tx`. Default false. */
  readonly transactional?: boolean;
}

/** `Tx` is what `context.tx` is: the pool's client, or the ORM's transaction. `never` without `transactional`. */
export interface PostgresStore<Tx = never> extends DedupeStore<Tx> {
  claim(claim: ClaimRequest): Promise<ClaimAnswer>;
  renew(key: string, token: string, leaseSeconds: number): Promise<HolderAnswer>;
  complete(key: string, token: string, done: DoneRecord, retentionSeconds: number): Promise<HolderAnswer>;
  release(key: string, token: string, progress?: string): Promise<HolderAnswer>;
  advance(entityKey: string, version: number, retentionSeconds: number, tx?: Tx): Promise<OrderAnswer>;
  /**
   * Creates the tables, or updates them to this version. Several processes may call it at the same time: one migrates, the
   * others wait. Nothing else creates tables. `migrations/postgres/*.sql` in the package have the same statements.
   */
  migrate(): Promise<void>;
}

type Transactional = PostgresStoreOptions & { readonly transactional: true };
type Plain = PostgresStoreOptions & { readonly transactional?: false };

/**
 * Remembers events in PostgreSQL 14 or later, for any number of processes.
 *
 * Plain:         a claim is committed before the handler runs and survives a crash of the process. The delivery that wins a
 *                new event needs one round trip, others two. No session state: it works behind a pooler in transaction mode.
 * Transactional: `context.tx` is the connection of a transaction that commits with the completion. Writes through it
 *                happen exactly once per event, whichever process crashes at whatever moment.
 * Not promised:  effects elsewhere (another connection, an API) happen at least once, in both forms. Attempts of a process
 *                that was killed inside a transaction are not counted.
 *
 * In a transaction, `context.tx` cannot be released or ended by the handler, nor used after the handler has ended. A handler
 * that exceeds its time limit loses its connection. At most `pool.options.max - 1` transactions are open at the same time;
 * another claim waits 0.5 s, then its sender gets 503. A handler that also uses the pool needs connections for that.
 *
 * @param database - A `pg` pool, or two functions around an ORM (see `PostgresOrm`). A pool without an `error` listener
 * gets one, since a restart of the server would otherwise end the process. Set `connectionTimeoutMillis`, to 1,000 for example.
 * @param options.table - The name of the table. Default `hookgate_dedupe`.
 * @param options.transactional - Whether the handler runs inside a transaction. Default false.
 * @returns A store for `dedupe.store`. It has no connection of its own: close the pool yourself.
 * @throws {TypeError} When built with an unknown option, a malformed table name, or something that is neither a pool nor an ORM.
 * @example
 * const store = postgresStore(new pg.Pool({ connectionString, connectionTimeoutMillis: 1_000 }), { transactional: true });
 * await store.migrate();
 * createReceiver(stripe({ secret }), { scope: "billing", dedupe: { store } }).on("invoice.paid", async (event, { tx }) => {
 *   await tx.query("UPDATE orders SET paid = true WHERE invoice = $1", [event.payload.data.object.id]);
 * });
 */
export function postgresStore<Client extends PostgresClient>(
  database: PostgresPool<Client>,
  options: Transactional,
): PostgresStore<Client>;
export function postgresStore(database: PostgresPool, options?: Plain): PostgresStore;
export function postgresStore<Tx extends object>(database: PostgresOrm<Tx>, options: Transactional): PostgresStore<Tx>;
export function postgresStore<Tx extends object>(database: PostgresOrm<Tx>, options?: Plain): PostgresStore;
export function postgresStore(
  database: PostgresPool | PostgresOrm<object>,
  options: PostgresStoreOptions = {},
): PostgresStore<never> {
  checkOptions<PostgresStoreOptions>("postgresStore", options, { table: CHECKED_LATER, transactional: FLAG });
  const { table = "hookgate_dedupe", transactional = false } = options;
  const store = new Postgres(toDatabase(database), tablesOf(table), transactional);
  return store as unknown as PostgresStore<never>;
}

/** The functions and their types are checked by use; a pool is passed through. */
const ORM_RULES: OptionRules<PostgresOrm<object>> = {
  transaction: CHECKED_LATER,
  query: CHECKED_LATER,
  pool: CHECKED_LATER,
  maxTransactions: /* @__PURE__ */ wholeNumber(1),
};

function toDatabase(given: PostgresPool | PostgresOrm<object>): Database<object> {
  const members = (given ?? {}) as unknown as Partial<Record<string, unknown>>;
  if (typeof members.query === "function" && typeof members.transaction === "function") {
    checkOptions("postgresStore", members as unknown as PostgresOrm<object>, ORM_RULES);
    return ormDatabase(given as PostgresOrm<object>);
  }
  const isPool = ["query", "connect", "on", "listenerCount"].every((name) => typeof members[name] === "function");
  if (!isPool || typeof members.release === "function") {
    throw new TypeError(
      "postgresStore: the first argument must be a pool, new pg.Pool(…), not a client; or { transaction, query } around an ORM",
    );
  }
  return poolDatabase(given as PostgresPool) as unknown as Database<object>;
}

class Postgres {
  readonly name = "postgresStore";
  readonly isShared = true;
  readonly #database: Database<object>;
  readonly #tables: Tables;
  readonly #records: Records;
  readonly #recordSweep: Sweep;
  readonly #markSweep: Sweep;
  readonly #mark: string;
  #checked: Promise<void> | undefined;
  #hasReported = false;
  /** Present only where the store is transactional: its presence says so. */
  declare begin?: (claim: ClaimRequest) => Promise<BeginAnswer<object>>;

  constructor(database: Database<object>, tables: Tables, isTransactional: boolean) {
    this.#database = database;
    this.#tables = tables;
    this.#records = new Records(tables);
    this.#recordSweep = new Sweep(database.query, tables.records);
    this.#markSweep = new Sweep(database.query, tables.marks);
    this.#mark = `INSERT INTO ${tables.marks} AS m (entity, version, forget_at) VALUES ($1::bytea, $2::bigint, clock_timestamp() + make_interval(secs => $3::float8)) ON CONFLICT (entity) DO UPDATE SET version = CASE WHEN m.forget_at > clock_timestamp() THEN greatest(m.version, excluded.version) ELSE excluded.version END, forget_at = greatest(m.forget_at, excluded.forget_at) RETURNING version::text AS version`;
    if (isTransactional) this.begin = (claim) => this.#begin(claim);
  }

  attach({ report }: StoreNeeds): void {
    const { connectMs } = this.#database;
    if (connectMs === undefined || (connectMs > 0 && connectMs <= MAX_CONNECT_MS) || this.#hasReported) return;
    this.#hasReported = report !== undefined;
    report?.(
      `postgresStore: this pool waits ${connectMs === 0 ? "without limit" : `${connectMs} ms`} for a connection: after a network failure, senders may get 503 for minutes although the server is reachable again. Set connectionTimeoutMillis: 1_000`,
    );
  }

  async claim(claim: ClaimRequest): Promise<ClaimAnswer> {
    const answer = await this.#ask((query) => this.#records.claim(query, claim));
    this.#recordSweep.tick();
    return answer;
  }

  renew(key: string, token: string, leaseSeconds: number): Promise<HolderAnswer> {
    return this.#ask((query) => this.#records.renew(query, key, token, leaseSeconds));
  }

  complete(key: string, token: string, done: DoneRecord, retentionSeconds: number): Promise<HolderAnswer> {
    return this.#ask((query) => this.#records.complete(query, key, token, done.reply, retentionSeconds));
  }

  release(key: string, token: string, progress?: string): Promise<HolderAnswer> {
    return this.#ask((query) => this.#records.release(query, key, token, progress));
  }

  async #begin(claim: ClaimRequest): Promise<BeginAnswer<object>> {
    await this.#check();
    const answer = await this.#explained(begin(this.#database, this.#records, this.#tables.records, claim));
    this.#recordSweep.tick();
    return answer;
  }

  async advance(entityKey: string, version: number, retentionSeconds: number, tx?: object): Promise<OrderAnswer> {
    const params = [toBytes(entityKey), version, retentionSeconds];
    const [row] =
      tx === undefined
        ? await this.#ask((query) => query(this.#mark, params))
        : await this.#database.queryIn(tx, this.#mark, params);
    if (tx === undefined) this.#markSweep.tick();
    const newest = Number(row?.version);
    if (!Number.isSafeInteger(newest)) throw new Error("postgresStore: the version of an entity cannot be read");
    return newest > version ? "older" : "newest";
  }

  migrate(): Promise<void> {
    return this.#database.inTransaction((query) => migrate(query, this.#tables));
  }

  async #ask<T>(op: (query: Query) => Promise<T>): Promise<T> {
    await this.#check();
    return await this.#explained(op(this.#query));
  }

  /** Checks the tables until it succeeds, then never again. */
  #check(): Promise<void> {
    this.#checked ??= checkSchema(this.#query, this.#tables).catch((error: unknown) => {
      this.#checked = undefined;
      throw error;
    });
    return this.#checked;
  }

  async #explained<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      const clear = explained(error, this.#tables);
      // Tables that were dropped may be created again in another version.
      if (clear !== error) this.#checked = undefined;
      throw clear;
    }
  }

  /** A statement that the server refused because of concurrent writers is retried after a short pause. */
  readonly #query: Query = async (text, params) => {
    for (let retry = 0; ; retry++) {
      try {
        return await this.#database.query(text, params);
      } catch (error) {
        if (retry >= MAX_RETRIES || !PASSING.has(codeOf(error) ?? "")) throw error;
        await new Promise((resolve) => setTimeout(resolve, Math.random() * RETRY_PAUSE_MS * (retry + 1)));
      }
    }
  };
}

/** With a longer limit, a pool that is connecting over a broken network does not notice its recovery. */
const MAX_CONNECT_MS = 2_000;

/** serialization_failure, deadlock_detected, lock_not_available. */
const PASSING: ReadonlySet<string> = new Set(["40001", "40P01", "55P03"]);
const MAX_RETRIES = 2;
const RETRY_PAUSE_MS = 40;
