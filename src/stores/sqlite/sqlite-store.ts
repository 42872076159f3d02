// The dedupe store in a SQLite file, for several processes of one machine, with one fsync for many claims.

import type { MaybePromise } from "../../lib/maybe-promise.js";
import { refuseUnknownKeys } from "../../lib/options.js";
import {
  isBusy,
  isFull,
  isOpen,
  isSqliteDatabase,
  openSqliteDatabase,
  type SqliteDatabase,
} from "../../lib/sqlite/driver.js";
import { checkpoint, makeDurable } from "../../lib/sqlite/file.js";
import { type ClockAnchor, type HostClocks, hostClocks, readClock } from "../../lib/sqlite/file-clock.js";
import { createGroupCommit, type GroupCommit } from "../../lib/sqlite/group-commit.js";
import {
  type ClaimAnswer,
  type ClaimRequest,
  type DedupeStore,
  type DoneRecord,
  type HolderAnswer,
  type OrderAnswer,
  RELEASED_RETENTION_SECONDS,
  StoreFullError,
} from "../store.js";
import { fileState, hasTables, migrate } from "./migrations.js";
import { decodeRecord, type SqliteRecord, toBlob } from "./row.js";
import { prepareStatements, type Statements } from "./statements.js";

/** Below the second that a receiver gives to an op: a claim it no longer waits for must not be taken. */
const DEFAULT_TIMEOUT_MS = 800;
/** Expired records removed per claim, and per transaction. */
const PURGED_PER_CLAIM = 100;
const MAX_PURGED = 1000;
const KEPT_AFTER_CLAIM_MS = RELEASED_RETENTION_SECONDS * 1000;

/** Options of `sqliteStore`. */
export interface SqliteStoreOptions {
  /** How long an op may wait for the write lock and for those before it. Default 800; the receiver gives an op 1,000. */
  readonly timeoutMs?: number;
  /** For tests: the clocks of the host, in milliseconds. */
  readonly clocks?: HostClocks;
}

/** A store that answers duplicates at once, and the rest after a commit. */
export interface SqliteStore extends DedupeStore {
  claim(claim: ClaimRequest): MaybePromise<ClaimAnswer>;
  renew(key: string, token: string, leaseSeconds: number): Promise<HolderAnswer>;
  complete(key: string, token: string, done: DoneRecord, retentionSeconds: number): Promise<HolderAnswer>;
  release(key: string, token: string, progress?: string): Promise<HolderAnswer>;
  advance(entityKey: string, version: number, retentionSeconds: number): Promise<OrderAnswer>;
  /** Makes the tables and switches the file to WAL, where that is not done. Many processes may do so at once. */
  migrate(): Promise<void>;
  /** Commits what waits. A file that the store opened is closed; a database that you gave is yours to close. */
  close(): Promise<void>;
}

/**
 * Remembers events in a SQLite file, for all processes of one machine.
 *
 * Give a path: the file is opened with `node:sqlite` where that is stable (Node 24.15), else with `libsql` or
 * `better-sqlite3`, whichever is installed, and gets its tables: it is the store's own. Or give an open database of one
 * of these (any object with `exec`, `prepare` and `close`), and `await store.migrate()` once; `synchronous` becomes FULL
 * on that connection, and nobody may hold a transaction open on it across an `await`.
 *
 * Ops of one turn of the event loop share a transaction and its fsync. A duplicate of what is done, or in flight, is
 * answered by a read, at once.
 *
 * Promise: one run per event among the processes that share the file; what was answered survives a crash and a power
 *          loss (WAL, `synchronous=FULL`), as far as the disk keeps its word. The host's clock may be set, either way:
 *          neither lets leases or records end early.
 * Not promised: anything on a network file system (NFS, SMB): its locks are not to be relied on, so never put it there.
 *          Nothing across machines either. Let one driver open the file in a process: two builds of SQLite in one process
 *          do not see each other's locks (a file of its own, given by path, never has that). Copy a live file with
 *          `VACUUM INTO` only.
 *
 * @param database - A path, or an open database.
 * @param options.timeoutMs - How long an op waits for its turn before it fails, and is not run. Default 800.
 * @throws {TypeError} When built without a driver for the path, with something that is no database, or an unknown option.
 * @throws {Error} When built with a path that cannot be opened, or whose tables a newer hookgate wrote.
 * @throws {StoreFullError} From any op, when the disk is full. It goes on when there is room; the sender hears 503.
 * @example createReceiver(stripe({ secret }), { scope: "billing", dedupe: { store: sqliteStore("./events.db") } });
 */
export function sqliteStore(database: SqliteDatabase | string, options: SqliteStoreOptions = {}): SqliteStore {
  refuseUnknownKeys("sqliteStore", options, ["timeoutMs", "clocks"]);
  const { timeoutMs = DEFAULT_TIMEOUT_MS, clocks = hostClocks } = options;
  if (typeof timeoutMs !== "number" || !(timeoutMs > 0 && timeoutMs < 2 ** 31)) {
    throw new TypeError(`sqliteStore: timeoutMs must be a number above 0; got ${String(timeoutMs)}`);
  }
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
    // The store waits for the lock itself, without blocking the event loop.
    database.exec("PRAGMA busy_timeout = 0");
    migrate(database, clocks);
  } catch (error) {
    database.close();
    throw error;
  }
  return new Sqlite(database, timeoutMs, clocks, true);
}

/** One transaction. */
interface FileTransaction {
  readonly nowMs: number;
  readonly anchor: ClockAnchor;
  readonly isAnchorNew: boolean;
  readonly firstFence: number;
  lastFence: number;
  claims: number;
  advances: number;
}

class Sqlite implements SqliteStore {
  readonly name = "sqliteStore";
  readonly isShared = true;
  readonly #database: SqliteDatabase;
  readonly #clocks: HostClocks;
  readonly #isOwn: boolean;
  readonly #group: GroupCommit<FileTransaction>;
  #prepared: Statements | undefined;

  constructor(database: SqliteDatabase, timeoutMs: number, clocks: HostClocks, isOwn: boolean) {
    this.#database = database;
    this.#clocks = clocks;
    this.#isOwn = isOwn;
    this.#group = createGroupCommit(database, {
      name: this.name,
      timeoutMs,
      begin: () => this.#begin(),
      end: (turn) => this.#end(turn),
    });
  }

  claim(request: ClaimRequest): MaybePromise<ClaimAnswer> {
    return this.#readAnswer(request) ?? this.#submit((turn) => this.#claim(turn, request));
  }

  renew(key: string, token: string, leaseSeconds: number): Promise<HolderAnswer> {
    return this.#submit((turn) => {
      const record = this.#find(key, turn.nowMs);
      if (record?.token !== token || record.state !== "claimed") return "lost";
      this.#putClaim(key, record, turn.nowMs + milliseconds(leaseSeconds));
      return "held";
    });
  }

  complete(key: string, token: string, done: DoneRecord, retentionSeconds: number): Promise<HolderAnswer> {
    return this.#submit((turn) => {
      const record = this.#find(key, turn.nowMs);
      if (record?.token !== token || record.state === "released") return "lost";
      if (record.state === "done") return "held";
      const expiresAtMs = turn.nowMs + milliseconds(retentionSeconds);
      const { reply } = done;
      this.#put(key, { ...record, state: "done", leaseUntilMs: undefined, progress: undefined, reply, expiresAtMs });
      return "held";
    });
  }

  release(key: string, token: string, progress?: string): Promise<HolderAnswer> {
    return this.#submit((turn) => {
      const record = this.#find(key, turn.nowMs);
      if (record?.token !== token || record.state === "done") return "lost";
      if (record.state === "released") return "held";
      const expiresAtMs = turn.nowMs + KEPT_AFTER_CLAIM_MS;
      const kept = progress ?? record.progress;
      this.#put(key, { ...record, state: "released", leaseUntilMs: undefined, progress: kept, expiresAtMs });
      return "held";
    });
  }

  advance(entityKey: string, version: number, retentionSeconds: number): Promise<OrderAnswer> {
    return this.#submit((turn) => {
      turn.advances++;
      const { findVersion, putVersion } = this.#statements();
      const row = findVersion.get(entityKey, turn.nowMs) as { version: unknown } | undefined;
      const last = row === undefined ? -1 : Number(row.version);
      if (!Number.isSafeInteger(last)) throw new Error("sqliteStore: the version of an entity cannot be read");
      putVersion.run(entityKey, Math.max(last, version), turn.nowMs + milliseconds(retentionSeconds));
      return version < last ? "older" : "newest";
    });
  }

  async migrate(): Promise<void> {
    migrate(this.#database, this.#clocks);
  }

  async close(): Promise<void> {
    await this.#group.close();
    this.#prepared = undefined;
    if (!this.#isOwn || !isOpen(this.#database)) return;
    checkpoint(this.#database);
    this.#database.close();
  }

  async #submit<T>(op: (turn: FileTransaction) => T): Promise<T> {
    try {
      return await this.#group.submit(op);
    } catch (error) {
      if (isFull(error)) throw new StoreFullError("sqliteStore: the disk is full", { cause: error });
      throw error;
    }
  }

  /** Without the lock: what is done, or held by another, is so whatever is being written meanwhile. */
  #readAnswer({ key, token, bodyDigest }: ClaimRequest): ClaimAnswer | undefined {
    if (!isOpen(this.#database)) throw new Error("sqliteStore: the database is closed");
    let row: unknown;
    try {
      row = this.#statements().findWithState.get(key);
    } catch (error) {
      if (isBusy(error)) return undefined;
      throw error;
    }
    if (row === undefined) return undefined;
    const { nowMs } = readClock(fileState(row).anchor, this.#clocks);
    return refusal(unexpired(decodeRecord(row), nowMs), token, bodyDigest, nowMs);
  }

  #claim(turn: FileTransaction, { key, token, leaseSeconds, bodyDigest }: ClaimRequest): ClaimAnswer {
    turn.claims++;
    const found = this.#find(key, turn.nowMs);
    const refused = refusal(found, token, bodyDigest, turn.nowMs);
    if (refused !== undefined) return refused;
    const untilMs = turn.nowMs + milliseconds(leaseSeconds);
    if (found?.state === "claimed" && found.token === token) return this.#putClaim(key, found, untilMs);
    const fence = ++turn.lastFence;
    const attempt = (found?.attempt ?? 0) + 1;
    const claim = { state: "claimed", token, fence, attempt, bodyDigest, progress: found?.progress } as const;
    return this.#putClaim(key, claim, untilMs);
  }

  #begin(): FileTransaction {
    const { lastFence, anchor } = fileState(this.#statements().state.get());
    const clock = readClock(anchor, this.#clocks);
    const isAnchorNew = clock.anchor !== anchor;
    return { ...clock, isAnchorNew, firstFence: lastFence, lastFence, claims: 0, advances: 0 };
  }

  #end({ nowMs, anchor, isAnchorNew, firstFence, lastFence, claims, advances }: FileTransaction): void {
    const { purge, purgeVersions, keepState } = this.#statements();
    if (claims > 0) purge.run(nowMs, Math.min(claims * PURGED_PER_CLAIM, MAX_PURGED));
    if (advances > 0) purgeVersions.run(nowMs, Math.min(advances * PURGED_PER_CLAIM, MAX_PURGED));
    if (!isAnchorNew && lastFence === firstFence) return;
    keepState.run(lastFence, anchor.timeMs, anchor.monotonicMs, anchor.wallMs);
  }

  #find(key: string, nowMs: number): SqliteRecord | undefined {
    return unexpired(decodeRecord(this.#statements().find.get(key)), nowMs);
  }

  #putClaim(
    key: string,
    claim: Omit<SqliteRecord, "leaseUntilMs" | "expiresAtMs" | "reply">,
    leaseUntilMs: number,
  ): ClaimAnswer {
    this.#put(key, { ...claim, leaseUntilMs, expiresAtMs: leaseUntilMs + KEPT_AFTER_CLAIM_MS, reply: undefined });
    return { state: "claimed", fence: claim.fence, attempt: claim.attempt, progress: claim.progress };
  }

  #put(key: string, record: SqliteRecord): void {
    const { state, token, fence, attempt, bodyDigest, leaseUntilMs = null, expiresAtMs, progress, reply } = record;
    const blobs = [toBlob(progress), toBlob(reply)] as const;
    this.#statements().put.run(key, state, token, fence, attempt, bodyDigest, leaseUntilMs, expiresAtMs, ...blobs);
  }

  #statements(): Statements {
    if (this.#prepared === undefined) {
      if (!hasTables(this.#database)) {
        throw new Error("sqliteStore: the tables are missing; `await store.migrate()` once, before the first delivery");
      }
      this.#prepared = prepareStatements(this.#database);
    }
    return this.#prepared;
  }
}

/** Why a key cannot be claimed: it is done, or another token holds it. */
function refusal(
  record: SqliteRecord | undefined,
  token: string,
  bodyDigest: string,
  nowMs: number,
): ClaimAnswer | undefined {
  if (record?.state === "done") {
    return { state: "done", reply: record.reply, isSameBody: record.bodyDigest === bodyDigest };
  }
  const leftMs = (record?.leaseUntilMs ?? nowMs) - nowMs;
  if (record === undefined || leftMs <= 0 || record.token === token) return undefined;
  return { state: "in_flight", retryAfterSeconds: Math.ceil(leftMs / 1000) };
}

function unexpired(record: SqliteRecord | undefined, nowMs: number): SqliteRecord | undefined {
  return record !== undefined && record.expiresAtMs > nowMs ? record : undefined;
}

function milliseconds(seconds: number): number {
  return Math.ceil(seconds * 1000);
}
