// The SQL of the D1 store: each operation is one batch, which D1 runs as one transaction.
import { RELEASED_RETENTION_SECONDS } from "../store.js";

/** The clock of the database, milliseconds since the epoch. */
export const NOW = "CAST(unixepoch('subsec') * 1000 AS INTEGER)";

const RELEASED_MS = RELEASED_RETENTION_SECONDS * 1000;
const PURGED_AT_ONCE = 100;

/** A done or released record that is not forgotten, and a claim that may still be settled. */
const IS_KEPT = `expires_at_ms > ${NOW}`;
/** The token that holds the claim asks again. */
const IS_SAME_CLAIM = `(state = 'claimed' AND token = excluded.token AND ${IS_KEPT})`;

/** Replies and progress are blobs: a text may hold a NUL. */
export const TABLES: readonly string[] = [
  `CREATE TABLE IF NOT EXISTS hookgate_dedupe_meta (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    version INTEGER NOT NULL,
    last_fence INTEGER NOT NULL
  ) STRICT`,
  `CREATE TABLE IF NOT EXISTS hookgate_dedupe (
    key TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    token TEXT NOT NULL,
    fence INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    body_digest TEXT NOT NULL,
    lease_until_ms INTEGER NOT NULL,
    expires_at_ms INTEGER NOT NULL,
    progress BLOB,
    reply BLOB
  ) STRICT, WITHOUT ROWID`,
  "CREATE INDEX IF NOT EXISTS hookgate_dedupe_expires ON hookgate_dedupe (expires_at_ms)",
  `CREATE TABLE IF NOT EXISTS hookgate_dedupe_order (
    entity_key TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    expires_at_ms INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID`,
  "CREATE INDEX IF NOT EXISTS hookgate_dedupe_order_expires ON hookgate_dedupe_order (expires_at_ms)",
  "INSERT OR IGNORE INTO hookgate_dedupe_meta VALUES (1, 1, 0)",
];

const HELD = `key = ?1 AND token = ?2 AND state = 'claimed' AND ${IS_KEPT}`;

type StatementName =
  | "nextFence"
  | "claim"
  | "find"
  | "renew"
  | "complete"
  | "release"
  | "purge"
  | "findVersion"
  | "putVersion"
  | "purgeVersions";

export const SQL: Readonly<Record<StatementName, string>> = {
  nextFence: "UPDATE hookgate_dedupe_meta SET last_fence = last_fence + 1",
  /** ?1 key, ?2 token, ?3 digest, ?4 lease in ms. Changes nothing where the key is done, or claimed by another token. */
  claim: `INSERT INTO hookgate_dedupe VALUES
      (?1, 'claimed', ?2, (SELECT last_fence FROM hookgate_dedupe_meta), 1, ?3, ${NOW} + ?4, ${NOW} + ?4 + ${RELEASED_MS}, NULL, NULL)
    ON CONFLICT (key) DO UPDATE SET
      fence = CASE WHEN ${IS_SAME_CLAIM} THEN fence ELSE excluded.fence END,
      attempt = CASE WHEN ${IS_SAME_CLAIM} THEN attempt WHEN ${IS_KEPT} THEN attempt + 1 ELSE 1 END,
      body_digest = CASE WHEN ${IS_SAME_CLAIM} THEN body_digest ELSE excluded.body_digest END,
      progress = CASE WHEN ${IS_KEPT} THEN progress END,
      reply = NULL, state = 'claimed', token = excluded.token,
      lease_until_ms = excluded.lease_until_ms, expires_at_ms = excluded.expires_at_ms
    WHERE NOT ${IS_KEPT} OR state = 'released'
      OR (state = 'claimed' AND (token = excluded.token OR lease_until_ms <= ${NOW}))`,
  /** ?1 key, ?2 token. */
  find: `SELECT state, token = ?2 AS is_own, fence, attempt, body_digest, lease_until_ms - ${NOW} AS left_ms, progress, reply
    FROM hookgate_dedupe WHERE key = ?1 AND ${IS_KEPT}`,
  renew: `UPDATE hookgate_dedupe SET lease_until_ms = ${NOW} + ?3, expires_at_ms = ${NOW} + ?3 + ${RELEASED_MS} WHERE ${HELD} RETURNING 1 AS held`,
  complete: `UPDATE hookgate_dedupe SET state = 'done', reply = ?3, progress = NULL, expires_at_ms = ${NOW} + ?4 WHERE ${HELD} RETURNING 1 AS held`,
  release: `UPDATE hookgate_dedupe SET state = 'released', progress = coalesce(?3, progress), expires_at_ms = ${NOW} + ${RELEASED_MS} WHERE ${HELD} RETURNING 1 AS held`,
  purge: `DELETE FROM hookgate_dedupe WHERE key IN
    (SELECT key FROM hookgate_dedupe WHERE expires_at_ms <= ${NOW} ORDER BY expires_at_ms LIMIT ${PURGED_AT_ONCE})`,
  /** ?1 the entity's key. */
  findVersion: `SELECT version FROM hookgate_dedupe_order WHERE entity_key = ?1 AND ${IS_KEPT}`,
  /** ?1 the entity's key, ?2 version, ?3 retention in ms. */
  putVersion: `INSERT INTO hookgate_dedupe_order VALUES (?1, ?2, ${NOW} + ?3)
    ON CONFLICT (entity_key) DO UPDATE SET
      version = CASE WHEN ${IS_KEPT} THEN max(version, excluded.version) ELSE excluded.version END,
      expires_at_ms = excluded.expires_at_ms`,
  purgeVersions: `DELETE FROM hookgate_dedupe_order WHERE entity_key IN
    (SELECT entity_key FROM hookgate_dedupe_order WHERE expires_at_ms <= ${NOW} ORDER BY expires_at_ms LIMIT ${PURGED_AT_ONCE})`,
};
