// The dedupe store in a SQLite file, for several processes of one machine, with one fsync for many claims.

import type { MaybePromise } from "../../lib/maybe-promise.js";
import { CHECKED_LATER, checkOptions } from "../../lib/options.js";
import {
  isBusy,
  isFull,
  isOpen,
  isSqliteDatabase,
  openSqliteDatabase,
  type SqliteDatabase,
} from "../../lib/sqlite/driver.js";
import { checkpoint, makeDurable } from "../../lib/sqlite/file.js";
import { type HostClocks, hostClocks } from "../../lib/sqlite/file-clock.js";
import { GroupCommit } from "../../lib/sqlite/group-commit.js";
import {
  type ClaimAnswer,
  type ClaimRequest,
  type DedupeStore,
  type DoneRecord,
  type HolderAnswer,
  type OrderAnswer,
  StoreFullError,
} from "../store.js";
import { migrate } from "./migrations.js";
import { Records, type RecordTransaction } from "./records.js";

/** Shorter than the second that a receiver gives an operation, so that a claim nobody waits for is not made. */
const DEFAULT_TIMEOUT_MS = 800;

/** Options of `sqliteStore`. */
export interface SqliteStoreOptions {
  /** How long an operation may wait for the write lock and for earlier operations. Default 800; a receiver waits 1,000. */
  readonly timeoutMs?: number;
  /** For tests: the clocks of the host, in milliseconds. */
  readonly clocks?: HostClocks;
}

/** A store that answers duplicates synchronously, and everything else after a commit. */
export interface SqliteStore extends DedupeStore {
  claim(claim: ClaimRequest): MaybePromise<ClaimAnswer>;
  renew(key: string, token: string, leaseSeconds: number): Promise<HolderAnswer>;
  complete(key: string, token: string, done: DoneRecord, retentionSeconds: number): Promise<HolderAnswer>;
  release(key: string, token: string, progress?: string): Promise<HolderAnswer>;
  advance(entityKey: string, version: number, retentionSeconds: number): Promise<OrderAnswer>;
  /** Creates the tables and switches the file to WAL, where missing. Several processes may do so at the same time. */
  migrate(): Promise<void>;
  /** Commits the waiting operations. Closes a file that the store opened; a database that you passed is yours to close. */
  close(): Promise<void>;
}

/**
 * Remembers events in a SQLite file, for all processes of one machine.
 *
 * With a path, the store opens the file with `node:sqlite` where that is stable (Node 24.15), else with `libsql` or
 * `better-sqlite3`, whichever is installed, and creates its tables. With an open database of one of these (any object with
 * `exec`, `prepare` and `close`), call `await store.migrate()` once. The store sets `synchronous` to FULL on that connection,
 * and no transaction may stay open on it across an `await`.
 *
 * Operations of one turn of the event loop share a transaction and its fsync. A duplicate of an event that is done or in
 * flight is answered by a read, synchronously.
 *
 * Promise: one run per event among the processes that share the file. Stored answers survive a crash and a power loss (WAL,
 *          `synchronous=FULL`), as far as the disk keeps its promises. A change of the host's clock, in either direction,
 *          ends no lease and no record early.
 * Not promised: anything on a network file system (NFS, SMB), whose locks are unreliable: never put the file there. Nothing
 *          across machines. One process must open the file with one driver only: two builds of SQLite in a process do not
 *          see each other's locks (a file opened by path never has this problem). Copy a live file with `VACUUM INTO` only.
 *
 * @param database - A path, or an open database.
 * @param options.timeoutMs - How long an operation waits before it fails without being run. Default 800.
 * @param options.clocks - The clocks of the host, for tests.
 * @returns A store for `dedupe.store`. Call its `close` when the process stops.
 * @throws {TypeError} When built without a driver for the path, with something that is no database, or an unknown option.
 * @throws {Error} When built with a path that cannot be opened, or whose tables a newer hookgate wrote.
 * @throws {StoreFullError} From any operation while the disk is full. The sender gets 503 and retries.
 * @example createReceiver(stripe({ secret }), { scope: "billing", dedupe: { store: sqliteStore("./events.db") } });
 */
export function sqliteStore(database: SqliteDatabase | string, options: SqliteStoreOptions = {}): SqliteStore {
  checkOptions<SqliteStoreOptions>("sqliteStore", options, {
    timeoutMs: { must: "be a number above 0", fits: (value) => Number.isFinite(value) && (value as number) > 0 },
    clocks: CHECKED_LATER,
  });
  const { timeoutMs = DEFAULT_TIMEOUT_MS, clocks = hostClocks } = options;
  if (typeof database === "string") return opened(database, timeoutMs, clocks);
  if (!isSqliteDatabase(database)) {
    throw new TypeError(
      "sqliteStore: give a path, or an open database of better-sqlite3, libsql or node:sqlite " +
        `(an object with exec, prepare and close); got ${database === null ? "null" : typeof database}`,
    );
  }
  makeDurable(database);
  return new Sqlite(database, timeoutMs, clocks, false);
}

function opened(path: string, timeoutMs: number, clocks: HostClocks): SqliteStore {
  const database = openSqliteDatabase("sqliteStore", path);
  try {
    // The store itself retries for the lock, without blocking the event loop.
    database.exec("PRAGMA busy_timeout = 0");
    migrate(database, clocks);
  } catch (error) {
    database.close();
    throw error;
  }
  return new Sqlite(database, timeoutMs, clocks, true);
}

class Sqlite implements SqliteStore {
  readonly name = "sqliteStore";
  readonly isShared = true;
  readonly #database: SqliteDatabase;
  readonly #clocks: HostClocks;
  readonly #isOwn: boolean;
  readonly #records: Records;
  readonly #group: GroupCommit<RecordTransaction>;

  constructor(database: SqliteDatabase, timeoutMs: number, clocks: HostClocks, isOwn: boolean) {
    this.#database = database;
    this.#clocks = clocks;
    this.#isOwn = isOwn;
    const records = new Records(database, clocks);
    this.#records = records;
    this.#group = new GroupCommit(database, {
      name: this.name,
      timeoutMs,
      begin: () => records.begin(),
      end: (transaction) => records.end(transaction),
    });
  }

  claim(request: ClaimRequest): MaybePromise<ClaimAnswer> {
    return this.#readRefusal(request) ?? this.#submit((transaction) => this.#records.claim(transaction, request));
  }

  renew(key: string, token: string, leaseSeconds: number): Promise<HolderAnswer> {
    return this.#submit((transaction) => this.#records.renew(transaction, key, token, leaseSeconds));
  }

  complete(key: string, token: string, { reply }: DoneRecord, retentionSeconds: number): Promise<HolderAnswer> {
    return this.#submit((transaction) => this.#records.complete(transaction, key, token, reply, retentionSeconds));
  }

  release(key: string, token: string, progress?: string): Promise<HolderAnswer> {
    return this.#submit((transaction) => this.#records.release(transaction, key, token, progress));
  }

  advance(entityKey: string, version: number, retentionSeconds: number): Promise<OrderAnswer> {
    return this.#submit((transaction) => this.#records.advance(transaction, entityKey, version, retentionSeconds));
  }

  async migrate(): Promise<void> {
    migrate(this.#database, this.#clocks);
  }

  async close(): Promise<void> {
    await this.#group.close();
    this.#records.forgetStatements();
    if (!this.#isOwn || !isOpen(this.#database)) return;
    checkpoint(this.#database);
    this.#database.close();
  }

  async #submit<T>(op: (transaction: RecordTransaction) => T): Promise<T> {
    try {
      return await this.#group.submit(op);
    } catch (error) {
      if (isFull(error)) throw new StoreFullError("sqliteStore: the disk is full", { cause: error });
      throw error;
    }
  }

  /** A read takes no lock: a key that is done, or held by another token, stays so whatever is being written. */
  #readRefusal(request: ClaimRequest): ClaimAnswer | undefined {
    if (!isOpen(this.#database)) throw new Error("sqliteStore: the database is closed");
    try {
      return this.#records.readRefusal(request);
    } catch (error) {
      if (isBusy(error)) return undefined;
      throw error;
    }
  }
}
