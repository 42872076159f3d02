// The embedded inbox: events in a SQLite file, one fsync for many of them. hookgate's own queue, and its only one.

import { refuseUnknownKeys } from "../../lib/options.js";
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
