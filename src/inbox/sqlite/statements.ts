// The SQL of the SQLite inbox, prepared once.
import type { SqliteDatabase, SqliteStatement } from "../../lib/sqlite/driver.js";
import { hasInboxTables, KEEP_ANCHOR, SELECT_ANCHOR } from "./migrations.js";
import { RECORD_COLUMNS } from "./rows.js";

type StatementName =
  | "anchor"
  | "keepAnchor"
  | "find"
  | "get"
  | "put"
  | "findDue"
  | "start"
  | "findHeld"
  | "renew"
  | "delay"
  | "finish"
  | "die"
  | "redrive"
  | "purge"
  | "countExpired"
  | "countWaiting"
  | "countStates"
  | "oldestDue"
  | "list";

const STATEMENTS: Readonly<Record<StatementName, string>> = {
  anchor: SELECT_ANCHOR,
  keepAnchor: KEEP_ANCHOR,
  find: "SELECT seq, state FROM hookgate_inbox WHERE key = ?",
  get: `SELECT ${RECORD_COLUMNS} FROM hookgate_inbox WHERE key = ?`,
  put: `INSERT INTO hookgate_inbox (key, source, order_key, state, due_at_ms, entry, body)
    VALUES (?, ?, ?, 'waiting', ?, ?, ?)`,
  // An entry whose lease has ended is due again. An entry with an order key waits for all earlier ones with that key.
  findDue: `SELECT ${RECORD_COLUMNS} FROM hookgate_inbox AS i
    WHERE source = ? AND due_at_ms IS NOT NULL AND due_at_ms <= ?
      AND (order_key IS NULL OR NOT EXISTS (
        SELECT 1 FROM hookgate_inbox AS e
        WHERE e.source = i.source AND e.order_key = i.order_key AND e.due_at_ms IS NOT NULL AND e.seq < i.seq))
    ORDER BY due_at_ms, seq LIMIT 1`,
  start: "UPDATE hookgate_inbox SET state = 'running', due_at_ms = ?, owner = ?, starts = ? WHERE seq = ?",
  findHeld: "SELECT 1 AS held FROM hookgate_inbox WHERE seq = ? AND state = 'running' AND owner = ? AND starts = ?",
  renew: "UPDATE hookgate_inbox SET due_at_ms = ? WHERE seq = ?",
  delay: `UPDATE hookgate_inbox SET state = 'waiting', due_at_ms = ?, owner = NULL, ended = ?, uncounted = ?, progress = ?, reason = ?
    WHERE seq = ? AND state = 'running' AND owner = ? AND starts = ?`,
  finish: `UPDATE hookgate_inbox SET state = ?, due_at_ms = NULL, owner = NULL, expires_at_ms = ?, reason = ?, ended = ?
    WHERE seq = ? AND state = 'running' AND owner = ? AND starts = ?`,
  die: `UPDATE hookgate_inbox SET state = 'dead', due_at_ms = NULL, owner = NULL, expires_at_ms = ?, reason = ? WHERE seq = ?`,
  redrive: `UPDATE hookgate_inbox SET state = 'waiting', due_at_ms = ?, expires_at_ms = NULL, owner = NULL,
    starts = 0, ended = 0, uncounted = 0, progress = NULL WHERE seq = ?`,
  purge: `DELETE FROM hookgate_inbox WHERE seq IN (
    SELECT seq FROM hookgate_inbox WHERE expires_at_ms IS NOT NULL AND expires_at_ms <= ? ORDER BY expires_at_ms LIMIT ?)`,
  countExpired: "SELECT count(*) AS count FROM hookgate_inbox WHERE expires_at_ms IS NOT NULL AND expires_at_ms <= ?",
  countWaiting: "SELECT count(*) AS count FROM hookgate_inbox WHERE source = ? AND due_at_ms IS NOT NULL",
  countStates: `SELECT state, count(*) AS count FROM hookgate_inbox WHERE (? IS NULL OR source = ?) GROUP BY state`,
  oldestDue: `SELECT due_at_ms FROM hookgate_inbox WHERE (? IS NULL OR source = ?)
    AND due_at_ms IS NOT NULL AND due_at_ms <= ? AND state = 'waiting' ORDER BY due_at_ms LIMIT 1`,
  list: `SELECT ${RECORD_COLUMNS} FROM hookgate_inbox
    WHERE state = ? AND (? IS NULL OR source = ?) AND seq > ? ORDER BY seq LIMIT ?`,
};

export type InboxStatements = Readonly<Record<StatementName, SqliteStatement>>;

/** @throws {Error} When the tables are missing. */
export function prepareStatements(database: SqliteDatabase): InboxStatements {
  if (!hasInboxTables(database)) {
    throw new Error("sqliteInbox: the tables are missing; `await inbox.migrate()` once, before the first delivery");
  }
  const pairs = Object.entries(STATEMENTS).map(([name, sql]) => [name, database.prepare(sql)]);
  return Object.fromEntries(pairs) as InboxStatements;
}
