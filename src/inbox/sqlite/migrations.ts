// The tables of the SQLite inbox.

import type { SqliteDatabase } from "../../lib/sqlite/driver.js";
import { hasTable, migrateFile } from "../../lib/sqlite/file.js";
import { type ClockAnchor, firstAnchor, type HostClocks } from "../../lib/sqlite/file-clock.js";

/** Raised with every change after which an older hookgate could misread an entry. */
const SCHEMA_VERSION = 1;
const META = "hookgate_inbox_meta";

/**
 * `due_at_ms` is the time when a waiting entry may run, or when the lease of a running one ends; NULL for a done or dead one.
 * Strings from outside are blobs, since drivers cut strings at a NUL.
 */
const TABLES = `
  CREATE TABLE IF NOT EXISTS ${META} (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    version INTEGER NOT NULL,
    time_ms INTEGER NOT NULL,
    monotonic_ms INTEGER NOT NULL,
    wall_ms INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS hookgate_inbox (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL UNIQUE,
    source TEXT NOT NULL,
    order_key TEXT,
    state TEXT NOT NULL,
    due_at_ms INTEGER,
    expires_at_ms INTEGER,
    owner TEXT,
    starts INTEGER NOT NULL DEFAULT 0,
    ended INTEGER NOT NULL DEFAULT 0,
    uncounted INTEGER NOT NULL DEFAULT 0,
    progress BLOB,
    reason BLOB,
    entry BLOB NOT NULL,
    body BLOB NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS hookgate_inbox_due ON hookgate_inbox (source, due_at_ms, seq) WHERE due_at_ms IS NOT NULL;
  CREATE INDEX IF NOT EXISTS hookgate_inbox_order ON hookgate_inbox (source, order_key, seq)
    WHERE order_key IS NOT NULL AND due_at_ms IS NOT NULL;
  CREATE INDEX IF NOT EXISTS hookgate_inbox_state ON hookgate_inbox (state, source, seq);
  CREATE INDEX IF NOT EXISTS hookgate_inbox_expires ON hookgate_inbox (expires_at_ms) WHERE expires_at_ms IS NOT NULL;
`;

const CLOCK_COLUMNS = "version, time_ms, monotonic_ms, wall_ms";

export const SELECT_ANCHOR: string = `SELECT ${CLOCK_COLUMNS} FROM ${META}`;
export const KEEP_ANCHOR: string = `UPDATE ${META} SET time_ms = ?, monotonic_ms = ?, wall_ms = ?`;

/** @throws {Error} When a newer hookgate has written the file, or the row is malformed. */
export function anchorOf(row: unknown): ClockAnchor {
  const { version, time_ms, monotonic_ms, wall_ms } = (row ?? {}) as Record<string, unknown>;
  if (Number(version) > SCHEMA_VERSION) {
    throw new Error(
      `sqliteInbox: a newer hookgate wrote these tables (version ${Number(version)}; this one reads ${SCHEMA_VERSION})`,
    );
  }
  const [timeMs, monotonicMs, wallMs] = [time_ms, monotonic_ms, wall_ms].map(Number) as [number, number, number];
  if (Number(version) !== SCHEMA_VERSION || ![timeMs, monotonicMs, wallMs].every(Number.isSafeInteger)) {
    throw new Error(`sqliteInbox: ${META} cannot be read`);
  }
  return { timeMs, monotonicMs, wallMs };
}

/** Creates the missing tables and keeps the existing ones. */
export function migrateInbox(database: SqliteDatabase, clocks: HostClocks): void {
  migrateFile(database, "sqliteInbox", () => {
    if (hasTable(database, META)) anchorOf(database.prepare(SELECT_ANCHOR).get());
    database.exec(TABLES);
    const { timeMs, monotonicMs, wallMs } = firstAnchor(clocks);
    database
      .prepare(`INSERT OR IGNORE INTO ${META} VALUES (1, ?, ?, ?, ?)`)
      .run(SCHEMA_VERSION, timeMs, monotonicMs, wallMs);
  });
}

export function hasInboxTables(database: SqliteDatabase): boolean {
  return hasTable(database, META);
}
