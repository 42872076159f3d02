// The SQL of the SQLite store, prepared once.
import type { SqliteDatabase, SqliteStatement } from "../../lib/sqlite/driver.js";
import { FILE_STATE_COLUMNS } from "./migrations.js";
import { RECORD_COLUMNS } from "./row.js";

export interface Statements {
  readonly state: SqliteStatement;
  readonly find: SqliteStatement;
  /** The record together with the file's own state. No row where the key is unknown. */
  readonly findWithState: SqliteStatement;
  readonly put: SqliteStatement;
  readonly purge: SqliteStatement;
  readonly keepState: SqliteStatement;
  readonly findVersion: SqliteStatement;
  readonly putVersion: SqliteStatement;
  readonly purgeVersions: SqliteStatement;
}

export function prepareStatements(database: SqliteDatabase): Statements {
  return {
    state: database.prepare(`SELECT ${FILE_STATE_COLUMNS} FROM hookgate_dedupe_meta m`),
    find: database.prepare(`SELECT ${RECORD_COLUMNS} FROM hookgate_dedupe d WHERE d.key = ?`),
    findWithState: database.prepare(
      `SELECT ${RECORD_COLUMNS}, ${FILE_STATE_COLUMNS}
         FROM hookgate_dedupe d CROSS JOIN hookgate_dedupe_meta m WHERE d.key = ?`,
    ),
    put: database.prepare(
      `INSERT INTO hookgate_dedupe VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (key) DO UPDATE SET state = excluded.state, token = excluded.token, fence = excluded.fence,
           attempt = excluded.attempt, body_digest = excluded.body_digest, lease_until_ms = excluded.lease_until_ms,
           expires_at_ms = excluded.expires_at_ms, progress = excluded.progress, reply = excluded.reply`,
    ),
    purge: database.prepare(
      `DELETE FROM hookgate_dedupe WHERE key IN
         (SELECT key FROM hookgate_dedupe WHERE expires_at_ms <= ? ORDER BY expires_at_ms LIMIT ?)`,
    ),
    keepState: database.prepare(
      "UPDATE hookgate_dedupe_meta SET last_fence = ?, time_ms = ?, monotonic_ms = ?, wall_ms = ?",
    ),
    findVersion: database.prepare(
      "SELECT version FROM hookgate_dedupe_order WHERE entity_key = ? AND expires_at_ms > ?",
    ),
    putVersion: database.prepare(
      `INSERT INTO hookgate_dedupe_order VALUES (?, ?, ?)
         ON CONFLICT (entity_key) DO UPDATE SET version = excluded.version, expires_at_ms = excluded.expires_at_ms`,
    ),
    purgeVersions: database.prepare(
      `DELETE FROM hookgate_dedupe_order WHERE entity_key IN
         (SELECT entity_key FROM hookgate_dedupe_order WHERE expires_at_ms <= ? ORDER BY expires_at_ms LIMIT ?)`,
    ),
  };
}
