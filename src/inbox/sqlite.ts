// The embedded inbox: events in a SQLite file, one fsync for many of them. hookgate's own queue, and its only one.
import type { DedupeStore } from "../dedupe/store.js";
import { type HostClocks, hostClocks } from "../internal/file-clock.js";
import { refuseUnknownKeys } from "../internal/known-keys.js";
import { isSqliteDatabase, openSqliteDatabase, type SqliteDatabase } from "../internal/sqlite-database.js";
import { makeDurable } from "../internal/sqlite-file.js";
import { positive } from "./inbox-options.js";
import { createRetention } from "./retention.js";
import { createSqliteQueue, type SqliteInbox } from "./sqlite-queue.js";
import { migrateInbox } from "./sqlite-schema.js";

export type { SqliteDatabase } from "../internal/sqlite-database.js";
export type { SqliteInbox } from "./sqlite-queue.js";

export interface SqliteInboxOptions<Tx = never> {
  /** Claimed around each run. The inbox itself runs an entry once unless a worker stalls; a transactional store makes the handler's writes happen exactly once. */
  readonly store?: DedupeStore<Tx>;
  /** How many events of one receiver may wait; beyond it senders hear 503. Default 100,000. Counted once a second. */
  readonly maxWaiting?: number;
  /** How long done events are kept, with their bytes. Default 7 days, or what the receiver needs where that is longer. */
  readonly retentionSeconds?: number;
  /** How long dead ones are. Default 90 days, or what the receiver needs where that is longer. */
  readonly deadRetentionSeconds?: number;
  /** How long a worker's hold on an event lasts unless renewed: so long after a crash it runs again. Default 30. */
  readonly leaseSeconds?: number;
  /** How often an idle worker looks for events that other processes put. Default 0.5. */
  readonly pollSeconds?: number;
  /** How long a write may wait for others and for the lock. Default 800. */
  readonly timeoutMs?: number;
  /** For tests: the clocks of the host, in milliseconds. */
  readonly clocks?: HostClocks;
}

const OPTIONS: readonly (keyof SqliteInboxOptions)[] = [
  "store",
  "maxWaiting",
  "retentionSeconds",
  "deadRetentionSeconds",
  "leaseSeconds",
  "pollSeconds",
  "timeoutMs",
  "clocks",
];
/** Below the second that a receiver gives to an intake. */
const DEFAULT_TIMEOUT_MS = 800;
/**
 * A durable inbox in a SQLite file, for all processes of one machine.
 *
 * Give a path: the file is opened as `sqliteStore` opens one, and gets its tables. Or give an open database, and
 * `await inbox.migrate()` once; nobody may hold a transaction open on it across an `await`.
 *
 * Promise: what was answered as accepted is on the disk (WAL, `synchronous=FULL`), as far as the disk keeps its word.
 *          Events of one `order.key` run one after another, in the order they came; a dead one lets the next pass.
 * Not promised: that a handler runs once: a process that stalls longer than its lease loses its events to another. Nor
 *          anything on a network file system.
 *
 * @param database - A path, or an open database of better-sqlite3, libsql or node:sqlite.
 * @throws {TypeError} When there is no driver, `database` is none, or an option is unknown or out of range.
 * @example
 * const receiver = createReceiver(github({ secret }), { scope: "deploys", inbox: sqliteInbox("./events.db") });
 * receiver.on("push", deploy);
 * receiver.work();
 */
export function sqliteInbox<Tx = never>(
  database: SqliteDatabase | string,
  options: SqliteInboxOptions<Tx> = {},
): SqliteInbox<Tx> {
  refuseUnknownKeys("sqliteInbox", options, OPTIONS);
  const clocks = options.clocks ?? hostClocks;
  const terms = {
    maxWaiting: positive("sqliteInbox", "maxWaiting", options.maxWaiting ?? 100_000),
    leaseMs: 1_000 * positive("sqliteInbox", "leaseSeconds", options.leaseSeconds ?? 30),
    pollMs: 1_000 * positive("sqliteInbox", "pollSeconds", options.pollSeconds ?? 0.5),
    timeoutMs: positive("sqliteInbox", "timeoutMs", options.timeoutMs ?? DEFAULT_TIMEOUT_MS),
    retention: createRetention("sqliteInbox", options),
  };
  if (typeof database === "string") {
    const own = openSqliteDatabase("sqliteInbox", database);
    try {
      own.exec("PRAGMA busy_timeout = 0"); // the inbox waits for the lock itself, without blocking the event loop
      migrateInbox(own, clocks);
    } catch (error) {
      own.close();
      throw error;
    }
    return createSqliteQueue(own, true, clocks, terms, options);
  }
  if (!isSqliteDatabase(database)) {
    throw new TypeError(
      `sqliteInbox: give a path, or an open database of better-sqlite3, libsql or node:sqlite; got ${database === null ? "null" : typeof database}`,
    );
  }
  makeDurable(database);
  return createSqliteQueue(database, false, clocks, terms, options);
}
