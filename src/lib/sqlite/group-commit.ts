// Groups many small writes into one transaction, so that they share one fsync.
import { isBusy, isOpen, type SqliteDatabase } from "./driver.js";

/** Beside its fsync, a transaction of so many operations blocks the event loop for a few milliseconds. */
const MAX_OPS = 256;
/** The pause before the next attempt to get a lock that another process holds is random, up to a limit that grows from the first to the last. */
const FIRST_PAUSE_MS = 2;
const LAST_PAUSE_MS = 20;

export interface GroupCommitOptions<Context> {
  /** For messages. */
  readonly name: string;
  /** How long an operation may wait before it fails without being run. */
  readonly timeoutMs: number;
  /** The first step of each transaction, under the write lock. Its result is given to every operation. */
  readonly begin: () => Context;
  /** The last step of each transaction, before it is committed. */
  readonly end?: (context: Context) => void;
  /** The largest number of operations in a transaction. Default 256. */
  readonly maxOps?: number;
}

interface Waiting<Context> {
  readonly op: (context: Context) => unknown;
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
  readonly deadlineMs: number;
}

type Settle = () => void;

/**
 * Commits the operations of one turn of the event loop together, in the order in which they were submitted. While a commit
 * blocks, the next requests gather in the sockets: the busier the process, the more operations share an fsync. There is no
 * timer: one of 1 ms was slower at every load, and a lone operation pays nothing for the grouping (bench/sqlite-store.ts).
 *
 * The lock is requested without blocking (where the connection's `busy_timeout` is 0), repeatedly, until an operation has
 * waited for `timeoutMs`.
 */
export class GroupCommit<Context> {
  readonly #database: SqliteDatabase;
  readonly #options: GroupCommitOptions<Context>;
  #waiting: Waiting<Context>[] = [];
  #isScheduled = false;
  #isBegun = false;
  #busyInRow = 0;
  #closing: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined;

  constructor(database: SqliteDatabase, options: GroupCommitOptions<Context>) {
    this.#database = database;
    this.#options = options;
  }

  /**
   * Runs the operation in the next transaction. One that throws is rejected with its error, and its own writes are undone;
   * the others are not affected. The promise settles after COMMIT, never before.
   *
   * @param op - Synchronous, and without effects except on the database and its context: it runs again, in a new
   * transaction, when another operation threw.
   */
  submit<T>(op: (context: Context) => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const { name, timeoutMs } = this.#options;
      if (this.#closing !== undefined) throw new Error(`${name}: closed`);
      if (this.#database.transactionSync !== undefined) {
        resolve(this.#database.transactionSync(() => this.#runAlone(op)));
        return;
      }
      this.#waiting.push({ op, resolve, reject, deadlineMs: performance.now() + timeoutMs });
      this.#schedule(0);
    });
  }

  #runAlone<T>(op: (context: Context) => T): T {
    const { begin, end } = this.#options;
    const context = begin();
    const value = op(context);
    end?.(context);
    return value;
  }

  /** Commits the waiting operations and refuses later ones. */
  close(): Promise<void> {
    if (this.#closing === undefined) {
      let resolve = (): void => {};
      const promise = new Promise<void>((resolved) => {
        resolve = resolved;
      });
      this.#closing = { promise, resolve };
      this.#schedule(0);
    }
    return this.#closing.promise;
  }

  #schedule(delayMs: number): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    if (delayMs > 0) setTimeout(() => this.#commit(), delayMs);
    else setImmediate(() => this.#commit());
  }

  #commit(): void {
    this.#isScheduled = false;
    this.#rejectLate();
    const batch = this.#waiting.slice(0, this.#options.maxOps ?? MAX_OPS);
    if (batch.length > 0 && !this.#runTransaction(batch)) {
      this.#retryLater();
      return;
    }
    this.#busyInRow = 0;
    this.#waiting = this.#waiting.slice(batch.length);
    if (this.#waiting.length > 0) this.#schedule(0);
    else this.#closing?.resolve();
  }

  /** The caller of an operation that waited too long has given up, so a claim that nobody uses must not be made. */
  #rejectLate(): void {
    const nowMs = performance.now();
    if (this.#waiting.every(({ deadlineMs }) => deadlineMs > nowMs)) return;
    const { name, timeoutMs } = this.#options;
    const reason =
      this.#busyInRow > 0 ? "another process or connection kept the database locked" : "the disk is too slow";
    const error = new Error(`${name}: not run within ${timeoutMs} ms: ${reason}`);
    for (const { deadlineMs, reject } of this.#waiting) if (deadlineMs <= nowMs) reject(error);
    this.#waiting = this.#waiting.filter(({ deadlineMs }) => deadlineMs > nowMs);
  }

  #retryLater(): void {
    this.#busyInRow++;
    const longestMs = Math.min(FIRST_PAUSE_MS * this.#busyInRow, LAST_PAUSE_MS);
    this.#schedule(1 + Math.random() * longestMs);
  }

  /** Runs and settles the whole batch. `false` where another connection has the lock and nothing was done. */
  #runTransaction(batch: readonly Waiting<Context>[]): boolean {
    try {
      if (!isOpen(this.#database)) throw new Error(`${this.#options.name}: the database is closed`);
      const settlers = this.#attempt(batch, runBare) ?? this.#attempt(batch, runWithSavepoint) ?? [];
      for (const settle of settlers) settle();
    } catch (error) {
      this.#rollBack();
      if (isBusy(error)) return false;
      for (const { reject } of batch) reject(error);
    }
    return true;
  }

  /** The functions that settle the batch after COMMIT. `undefined` where a bare operation threw: everything was rolled back. */
  #attempt(
    batch: readonly Waiting<Context>[],
    run: (database: SqliteDatabase, one: Waiting<Context>, context: Context) => Settle | undefined,
  ): readonly Settle[] | undefined {
    const { begin, end } = this.#options;
    this.#database.exec("BEGIN IMMEDIATE");
    this.#isBegun = true;
    const context = begin();
    const settlers: Settle[] = [];
    for (const one of batch) {
      const settle = run(this.#database, one, context);
      if (settle === undefined) {
        this.#rollBack();
        return undefined;
      }
      settlers.push(settle);
    }
    end?.(context);
    this.#database.exec("COMMIT");
    this.#isBegun = false;
    return settlers;
  }

  /** Only a transaction of this object: where BEGIN failed, another one may be open on the connection. */
  #rollBack(): void {
    if (!this.#isBegun) return;
    this.#isBegun = false;
    try {
      this.#database.exec("ROLLBACK");
    } catch {
      // The engine has rolled back already.
    }
  }
}

/** An operation rarely throws, and a savepoint costs a third of an operation: the first attempt goes without. */
function runBare<Context>(
  _database: SqliteDatabase,
  { op, resolve }: Waiting<Context>,
  context: Context,
): Settle | undefined {
  try {
    const value = op(context) as never;
    return () => resolve(value);
  } catch {
    return undefined;
  }
}

function runWithSavepoint<Context>(
  database: SqliteDatabase,
  { op, resolve, reject }: Waiting<Context>,
  context: Context,
): Settle {
  try {
    database.exec("SAVEPOINT op");
    const value = op(context) as never;
    database.exec("RELEASE op");
    return () => resolve(value);
  } catch (error) {
    try {
      database.exec("ROLLBACK TO op");
      database.exec("RELEASE op");
    } catch {
      // The engine has rolled the whole transaction back (a full disk, for example), so no operation was stored.
      throw error;
    }
    return () => reject(error);
  }
}
