// The inbox in a SQLite file, which is hookgate's own queue. Many events share one fsync.

import { CHECKED_LATER, checkOptions, type OptionRules } from "../../lib/options.js";
import { isSqliteDatabase, openSqliteDatabase, type SqliteDatabase } from "../../lib/sqlite/driver.js";
import { makeDurable } from "../../lib/sqlite/file.js";
import { hostClocks } from "../../lib/sqlite/file-clock.js";
import { createRetention, positive } from "../retention.js";
import { migrateInbox } from "./migrations.js";
import type { SqliteInboxOptions } from "./options.js";
import { createSqliteQueue, type SqliteInbox } from "./queue.js";

export type { SqliteDatabase } from "../../lib/sqlite/driver.js";
export type { SqliteInboxOptions } from "./options.js";
export type { SqliteInbox } from "./queue.js";

const RULES: OptionRules<SqliteInboxOptions> = {
  store: CHECKED_LATER,
  maxWaiting: CHECKED_LATER,
  retentionSeconds: CHECKED_LATER,
  deadRetentionSeconds: CHECKED_LATER,
  leaseSeconds: CHECKED_LATER,
  pollSeconds: CHECKED_LATER,
  timeoutMs: CHECKED_LATER,
  clocks: CHECKED_LATER,
};
/** Shorter than the second that a receiver gives a put. */
const DEFAULT_TIMEOUT_MS = 800;

/**
 * A durable inbox in a SQLite file, for all processes of one machine.
 *
 * With a path, the inbox opens the file as `sqliteStore` does and creates its tables. With an open database, call
 * `await inbox.migrate()` once; no transaction may stay open on it across an `await`.
 *
 * Promise: an accepted event is on the disk (WAL, `synchronous=FULL`), as far as the disk keeps its promises. Events of one
 *          `order.key` run one after another, in the order in which they arrived; a dead event lets the next one pass.
 * Not promised: that a handler runs once: a process that stalls longer than its lease loses its events to another one. Nor
 *          anything on a network file system.
 *
 * @param database - A path, or an open database of better-sqlite3, libsql or node:sqlite.
 * @param options - See `SqliteInboxOptions`.
 * @returns An inbox for the `inbox` option of a receiver, or for `spillTo`.
 * @throws {TypeError} When there is no driver, `database` is not a database, or an option is unknown or out of range.
 * @example
 * const receiver = createReceiver(github({ secret }), { scope: "deploys", inbox: sqliteInbox("./events.db") });
 * receiver.on("push", deploy);
 * receiver.work();
 */
export function sqliteInbox<Tx = never>(
  database: SqliteDatabase | string,
  options: SqliteInboxOptions<Tx> = {},
): SqliteInbox<Tx> {
  checkOptions("sqliteInbox", options, RULES);
  const settings = {
    clocks: options.clocks ?? hostClocks,
    maxWaiting: positive("sqliteInbox", "maxWaiting", options.maxWaiting ?? 100_000),
    leaseMs: 1_000 * positive("sqliteInbox", "leaseSeconds", options.leaseSeconds ?? 30),
    pollMs: 1_000 * positive("sqliteInbox", "pollSeconds", options.pollSeconds ?? 0.5),
    timeoutMs: positive("sqliteInbox", "timeoutMs", options.timeoutMs ?? DEFAULT_TIMEOUT_MS),
    retention: createRetention("sqliteInbox", options),
  };
  if (typeof database === "string") {
    const own = openSqliteDatabase("sqliteInbox", database);
    try {
      own.exec("PRAGMA busy_timeout = 0"); // the inbox itself retries for the lock, without blocking the event loop
      migrateInbox(own, settings.clocks);
    } catch (error) {
      own.close();
      throw error;
    }
    return createSqliteQueue(own, { ...settings, isOwn: true }, options.store);
  }
  if (!isSqliteDatabase(database)) {
    throw new TypeError(
      `sqliteInbox: give a path, or an open database of better-sqlite3, libsql or node:sqlite; got ${database === null ? "null" : typeof database}`,
    );
  }
  makeDurable(database);
  return createSqliteQueue(database, { ...settings, isOwn: false }, options.store);
}
