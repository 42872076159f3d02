// Creates tables in a SQLite file while other processes do the same.
import { isBusy, pragma, type SqliteDatabase } from "./driver.js";

/** SQLite's number for FULL: a commit is on the disk before it returns. 1 (NORMAL) may lose it in a power loss. */
const SYNCHRONOUS_FULL = 2;
/** How long a migration waits for other processes that migrate. */
const MIGRATE_TIMEOUT_MS = 5_000;
const MIGRATE_PAUSE_MS = 10;

/** Sets this connection so that every commit reaches the disk. */
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
 * @throws {Error} When the database cannot have a write-ahead log, or `makeTables` throws.
 */
export function migrateFile(database: SqliteDatabase, where: string, makeTables: () => void): void {
  const mode = retryWhileBusy(() => pragma(database, "journal_mode = WAL"));
  if (mode !== "wal") {
    throw new Error(
      `${where}: the database must be a file with a write-ahead log; its journal_mode is "${String(mode)}"`,
    );
  }
  // After the journal mode, since some builds of SQLite reset to NORMAL with it.
  makeDurable(database);
  retryWhileBusy(() => database.exec("BEGIN IMMEDIATE"));
  try {
    makeTables();
    database.exec("COMMIT");
  } catch (error) {
    try {
      database.exec("ROLLBACK");
    } catch {
      // The engine has rolled back already.
    }
    throw error;
  }
}

/** Moves the write-ahead log into the file, where no other process uses it. Not every driver does so on close. */
export function checkpoint(database: SqliteDatabase): void {
  try {
    database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  } catch {
    // The log stays, and the next process that opens the file reads it.
  }
}

/** Retries while other processes hold the lock. It blocks the event loop, which is harmless at start-up. */
function retryWhileBusy<T>(step: () => T): T {
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
