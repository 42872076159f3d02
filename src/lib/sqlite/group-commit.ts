// Groups many small writes into one transaction, so that they share one fsync.
import { isBusy, isOpen, type SqliteDatabase } from "./driver.js";

/** One transaction blocks the event loop for no longer than some milliseconds beside its fsync. */
const MAX_OPS = 256;
/** Between two tries to get the lock that another process holds: a random part of it, growing from the first to the last. */
const FIRST_PAUSE_MS = 2;
const LAST_PAUSE_MS = 20;

export interface GroupCommitOptions<Context> {
  /** For messages. */
  readonly name: string;
  /** How long an op may wait to be run; then it fails and is never run. */
  readonly timeoutMs: number;
  /** First in each transaction, under the write lock. What it answers is given to every op. */
  readonly begin: () => Context;
  /** Last in each transaction, before it is committed. */
  readonly end?: (context: Context) => void;
  /** How many ops share a transaction at most. Default 256. */
  readonly maxOps?: number;
}

export interface GroupCommit<Context> {
  /**
   * Runs the op in the next transaction. One that throws rejects with what it threw; its own writes are undone, and its
   * neighbours are none the wiser. Settles after COMMIT, never before.
   *
   * @param op - Synchronous, and without effects but on the database and its context: it runs again, in a new
   * transaction, when a neighbour threw.
   */
  submit<T>(op: (context: Context) => T): Promise<T>;
  /** Commits what waits; what comes later is refused. */
  close(): Promise<void>;
}

interface Waiting<Context> {
  readonly op: (context: Context) => unknown;
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
  readonly deadlineMs: number;
}

/**
 * Commits the ops of one turn of the event loop together, in the order in which they came. While a commit blocks, the
 * next ops gather in the sockets: the busier the process, the more ops share an fsync, without a timer (one of 1 ms was
 * slower at every load, and a lone op pays nothing for the grouping; bench/sqlite-store.ts).
 *
 * The lock is asked for without blocking (where the connection's `busy_timeout` is 0), again and again until an op has
 * waited for `timeoutMs`.
 */
export function createGroupCommit<Context>(
  database: SqliteDatabase,
  options: GroupCommitOptions<Context>,
): GroupCommit<Context> {
  const { name, timeoutMs, begin, end, maxOps = MAX_OPS } = options;
  let waiting: Waiting<Context>[] = [];
  let isScheduled = false;
  let isBegun = false;
  let busyInRow = 0;
  let closing: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined;

  function schedule(delayMs: number): void {
    if (isScheduled) return;
    isScheduled = true;
    if (delayMs > 0) setTimeout(commit, delayMs);
    else setImmediate(commit);
  }

  function commit(): void {
    isScheduled = false;
    dropLate();
    const batch = waiting.slice(0, maxOps);
    if (batch.length > 0 && !runTransaction(batch)) {
      retryLater();
      return;
    }
    busyInRow = 0;
    waiting = waiting.slice(batch.length);
    if (waiting.length > 0) schedule(0);
    else closing?.resolve();
  }

  /** What waited too long: whoever asked has given up by now, and must not get what nobody will use. */
  function dropLate(): void {
    const nowMs = performance.now();
    if (waiting.every((one) => one.deadlineMs > nowMs)) return;
    const reason = busyInRow > 0 ? "another process or connection kept the database locked" : "the disk is too slow";
    const error = new Error(`${name}: not run within ${timeoutMs} ms: ${reason}`);
    for (const one of waiting) if (one.deadlineMs <= nowMs) one.reject(error);
    waiting = waiting.filter((one) => one.deadlineMs > nowMs);
  }

  function retryLater(): void {
    busyInRow++;
    const longestMs = Math.min(FIRST_PAUSE_MS * busyInRow, LAST_PAUSE_MS);
    schedule(1 + Math.random() * longestMs);
  }

  /** Runs and settles all of them. False where another connection has the lock, and nothing was done. */
  function runTransaction(batch: readonly Waiting<Context>[]): boolean {
    try {
      if (!isOpen(database)) throw new Error(`${name}: the database is closed`);
      const settle = attempt(batch, runBare) ?? attempt(batch, runApart) ?? [];
      for (const one of settle) one();
    } catch (error) {
      rollBack();
      if (isBusy(error)) return false;
      for (const one of batch) one.reject(error);
    }
    return true;
  }

  /** What settles each of them, after COMMIT. `undefined` where a bare op threw: nothing was kept. */
  function attempt(batch: readonly Waiting<Context>[], run: typeof runBare): readonly (() => void)[] | undefined {
    database.exec("BEGIN IMMEDIATE");
    isBegun = true;
    const context = begin();
    const settle: (() => void)[] = [];
    for (const one of batch) {
      const settleOne = run(one, context);
      if (settleOne === undefined) {
        rollBack();
        return undefined;
      }
      settle.push(settleOne);
    }
    end?.(context);
    database.exec("COMMIT");
    isBegun = false;
    return settle;
  }

  /** An op that throws is rare, and a savepoint would be a third of what an op costs: at first they go without. */
  function runBare({ op, resolve }: Waiting<Context>, context: Context): (() => void) | undefined {
    try {
      const value = op(context) as never;
      return () => resolve(value);
    } catch {
      return undefined;
    }
  }

  function runApart({ op, resolve, reject }: Waiting<Context>, context: Context): () => void {
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
        // The engine has rolled the whole transaction back (a full disk, say): then nobody's op was kept.
        throw error;
      }
      return () => reject(error);
    }
  }

  /** Ours only: a BEGIN that failed may have met somebody else's. */
  function rollBack(): void {
    if (!isBegun) return;
    isBegun = false;
    try {
      database.exec("ROLLBACK");
    } catch {
      // Rolled back already, by the engine.
    }
  }

  return {
    submit<T>(op: (context: Context) => T) {
      return new Promise<T>((resolve, reject) => {
        if (closing !== undefined) throw new Error(`${name}: closed`);
        waiting.push({ op, resolve, reject, deadlineMs: performance.now() + timeoutMs });
        schedule(0);
      });
    },
    close() {
      if (closing === undefined) {
        let resolve = (): void => {};
        const promise = new Promise<void>((resolved) => {
          resolve = resolved;
        });
        closing = { promise, resolve };
        schedule(0);
      }
      return closing.promise;
    },
  };
}
