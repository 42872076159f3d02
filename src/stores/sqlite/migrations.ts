// The tables of the SQLite store, created by `migrate` and checked in every transaction.

import type { SqliteDatabase } from "../../lib/sqlite/driver.js";
import { hasTable, migrateFile } from "../../lib/sqlite/file.js";
import { type ClockAnchor, firstAnchor, type HostClocks } from "../../lib/sqlite/file-clock.js";

/** Raised with every change after which an older hookgate could misread a record. */
export const SCHEMA_VERSION = 1;

/** Replies and progress are blobs, since drivers cut strings at a NUL. The versions of entities are for `order`. */
const TABLES = `
  CREATE TABLE IF NOT EXISTS hookgate_dedupe_meta (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    version INTEGER NOT NULL,
    last_fence INTEGER NOT NULL,
    time_ms INTEGER NOT NULL,
    monotonic_ms INTEGER NOT NULL,
    wall_ms INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS hookgate_dedupe (
    key TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    token TEXT NOT NULL,
    fence INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    body_digest TEXT NOT NULL,
    lease_until_ms INTEGER,
    expires_at_ms INTEGER NOT NULL,
    progress BLOB,
    reply BLOB
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS hookgate_dedupe_expires ON hookgate_dedupe (expires_at_ms);
  CREATE TABLE IF NOT EXISTS hookgate_dedupe_order (
    entity_key TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    expires_at_ms INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS hookgate_dedupe_order_expires ON hookgate_dedupe_order (expires_at_ms);
`;

/** The state of the file as a whole. */
export interface FileState {
  readonly lastFence: number;
  readonly anchor: ClockAnchor;
}

/** Columns to select with every read, for `fileState`. */
export const FILE_STATE_COLUMNS = "m.version, m.last_fence, m.time_ms, m.monotonic_ms, m.wall_ms";

/** @throws {Error} When a newer hookgate has written the file, or the row is malformed. */
export function fileState(row: unknown): FileState {
  const { version, last_fence, time_ms, monotonic_ms, wall_ms } = (row ?? {}) as Record<string, unknown>;
  if (Number(version) > SCHEMA_VERSION) {
    throw new Error(
      `sqliteStore: a newer hookgate wrote these tables (version ${Number(version)}; this one reads ${SCHEMA_VERSION})`,
    );
  }
  const numbers = [last_fence, time_ms, monotonic_ms, wall_ms].map(Number);
  if (Number(version) !== SCHEMA_VERSION || !numbers.every(Number.isSafeInteger)) {
    throw new Error("sqliteStore: hookgate_dedupe_meta cannot be read");
  }
  const [lastFence, timeMs, monotonicMs, wallMs] = numbers as [number, number, number, number];
  return { lastFence, anchor: { timeMs, monotonicMs, wallMs } };
}

export function hasTables(database: SqliteDatabase): boolean {
  return hasTable(database, "hookgate_dedupe_meta");
}

/**
 * Creates the missing tables and keeps the existing ones. Blocks while other processes do the same.
 *
 * @throws {Error} When the database cannot have a write-ahead log, or a newer hookgate has written the tables.
 */
export function migrate(database: SqliteDatabase, clocks: HostClocks): void {
  migrateFile(database, "sqliteStore", () => {
    if (hasTables(database))
      fileState(database.prepare(`SELECT ${FILE_STATE_COLUMNS} FROM hookgate_dedupe_meta m`).get());
    database.exec(TABLES);
    const { timeMs, monotonicMs, wallMs } = firstAnchor(clocks);
    database
      .prepare("INSERT OR IGNORE INTO hookgate_dedupe_meta VALUES (1, ?, 0, ?, ?, ?)")
      .run(SCHEMA_VERSION, timeMs, monotonicMs, wallMs);
  });
}
