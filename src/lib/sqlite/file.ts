// Creates tables in a SQLite file while other processes do the same.
import { isBusy, pragma, type SqliteDatabase } from "./driver.js";

/** SQLite's number for FULL: the commit is on the disk before it is answered. 1 (NORMAL) may lose it with the power. */
const SYNCHRONOUS_FULL = 2;
/** Other processes that start now migrate, too. */
const MIGRATE_TIMEOUT_MS = 5_000;
const MIGRATE_PAUSE_MS = 10;

/** Of the connection only: every commit reaches the disk. */
export function makeDurable(database: SqliteDatabase): void {
  if (Number(pragma(database, "synchronous")) < SYNCHRONOUS_FULL) database.exec("PRAGMA synchronous = FULL");
}

export function hasTable(database: SqliteDatabase, name: string): boolean {
  const sql = "SELECT 1 AS found FROM sqlite_master WHERE type = 'table' AND name = ?";
  return database.prepare(sql).get(name) !== undefined;
}

/**
 * Switches the file to a write-ahead log, and runs `makeTables` in a transaction. Blocks while other processes do the same.
 *
 * @throws {Error} Where the database cannot keep a write-ahead log, or `makeTables` throws.
 */
export function migrateFile(database: SqliteDatabase, where: string, makeTables: () => void): void {
  const mode = patiently(() => pragma(database, "journal_mode = WAL"));
  if (mode !== "wal") {
    throw new Error(`${where}: the database must be a file with a write-ahead log; its journal_mode is "${mode}"`);
  }
  // After the mode: some builds of SQLite fall back to NORMAL with it.
  makeDurable(database);
  patiently(() => database.exec("BEGIN IMMEDIATE"));
  try {
    makeTables();
    database.exec("COMMIT");
  } catch (error) {
    try {
      database.exec("ROLLBACK");
    } catch {
      // Rolled back already, by the engine.
    }
    throw error;
  }
}

/** Leaves one file behind, where nobody else is using it: not every driver does so when it closes. */
export function checkpoint(database: SqliteDatabase): void {
  try {
    database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  } catch {
    // The log stays, and is read by whoever opens the file next.
  }
}

/** Again while others hold the lock. Blocks: at the start there is nobody to keep waiting. */
function patiently<T>(step: () => T): T {
  const untilMs = performance.now() + MIGRATE_TIMEOUT_MS;
  for (;;) {
    try {
      return step();
    } catch (error) {
      if (!isBusy(error) || performance.now() >= untilMs) throw error;
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, MIGRATE_PAUSE_MS * (0.5 + Math.random()));
  }
}
