// The SQL of the Postgres store: one statement for each operation, on the server's clock.

import { type ClaimAnswer, type ClaimRequest, type HolderAnswer, RELEASED_RETENTION_SECONDS } from "../store.js";
import type { Query, Row } from "./driver.js";
import type { Tables } from "./migrations.js";

/** A row may be purged or taken between the two statements of a claim. More often than this it is no coincidence. */
const MAX_ROUNDS = 5;

const CLAIMED = 0;
const RELEASED = 1;
const DONE = 2;

/** `clock_timestamp()`: inside a transaction `now()` stands still. */
const NOW = "clock_timestamp()";
const IS_KEPT = `forget_at > ${NOW}`;

function after(parameter: string, more = 0): string {
  return `${NOW} + make_interval(secs => ${parameter}::float8 + ${more})`;
}

/** A record that can be claimed: released, lapsed or expired. */
function isClaimable(row: string): string {
  return `CASE ${row}.state WHEN ${CLAIMED} THEN ${row}.lease_until <= ${NOW} WHEN ${RELEASED} THEN true ELSE ${row}.forget_at <= ${NOW} END`;
}

function statementsFor({ records }: Tables) {
  const held = `key = $1::bytea AND token = $2::text AND state = ${CLAIMED} AND ${IS_KEPT}`;
  const complete = `UPDATE ${records} SET state = ${DONE}, reply = $3::bytea, progress = NULL, forget_at = ${after("$4")} WHERE ${held}`;
  return {
    insert: `INSERT INTO ${records} (key, state, attempt, lease_until, forget_at, token, body_digest) VALUES ($1::bytea, ${CLAIMED}, 1, ${after("$2")}, ${after("$2", RELEASED_RETENTION_SECONDS)}, $3::text, $4::bytea) ON CONFLICT (key) DO NOTHING RETURNING 1 AS attempt, fence::text AS fence`,
    read: `SELECT state::integer AS state, token = $2::text AS is_own, body_digest = $3::bytea AS is_same_body, reply, ${IS_KEPT} AS is_kept, lease_until > ${NOW} AS is_live, ceil(extract(epoch FROM lease_until - ${NOW}))::integer AS seconds_left FROM ${records} WHERE key = $1::bytea`,
    take: `UPDATE ${records} AS r SET state = ${CLAIMED}, attempt = CASE WHEN ${IS_KEPT} THEN attempt + 1 ELSE 1 END, fence = DEFAULT, lease_until = ${after("$2")}, forget_at = ${after("$2", RELEASED_RETENTION_SECONDS)}, token = $3::text, body_digest = $4::bytea, progress = CASE WHEN ${IS_KEPT} THEN progress END, reply = NULL WHERE key = $1::bytea AND ${isClaimable("r")} RETURNING attempt, fence::text AS fence, progress`,
    renew: `UPDATE ${records} SET lease_until = ${after("$3")}, forget_at = ${after("$3", RELEASED_RETENTION_SECONDS)} WHERE ${held} RETURNING attempt, fence::text AS fence, progress`,
    complete: `${complete} RETURNING 1 AS one`,
    /** Matches only the row that this transaction wrote: a handler that sent COMMIT is in another transaction. */
    completeInTransaction: `${complete} AND xmin::text::bigint = (txid_current() & 4294967295) RETURNING 1 AS one`,
    release: `UPDATE ${records} SET state = ${RELEASED}, progress = coalesce($3::bytea, progress), forget_at = ${after(String(RELEASED_RETENTION_SECONDS))} WHERE ${held} RETURNING 1 AS one`,
    settledBy: `SELECT state::integer AS state FROM ${records} WHERE key = $1::bytea AND token = $2::text AND ${IS_KEPT}`,
    keepAttempt: `INSERT INTO ${records} AS r (key, state, attempt, lease_until, forget_at, token, body_digest, progress) SELECT $1::bytea, ${RELEASED}, $2::integer, ${NOW}, ${after(String(RELEASED_RETENTION_SECONDS))}, $3::text, $4::bytea, $5::bytea WHERE pg_try_advisory_xact_lock($6::bigint) ON CONFLICT (key) DO UPDATE SET state = ${RELEASED}, attempt = excluded.attempt, forget_at = excluded.forget_at, token = excluded.token, body_digest = excluded.body_digest, progress = excluded.progress, reply = NULL WHERE ${isClaimable("r")} RETURNING 1 AS one`,
  } as const;
}

type Claimed = Extract<ClaimAnswer, { state: "claimed" }>;

export class Records {
  readonly #sql: ReturnType<typeof statementsFor>;

  constructor(tables: Tables) {
    this.#sql = statementsFor(tables);
  }

  /** One round trip for the claim that wins a new key, two for every other. Also safe inside a transaction. */
  async claim(query: Query, { key, token, leaseSeconds, bodyDigest }: ClaimRequest): Promise<ClaimAnswer> {
    const keyBytes = toBytes(key);
    const digest = toBytes(bodyDigest);
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const [created] = await query(this.#sql.insert, [keyBytes, leaseSeconds, token, digest]);
      if (created !== undefined) return claimed(created);
      const [row] = await query(this.#sql.read, [keyBytes, token, digest]);
      if (row === undefined) continue;
      const answer = standing(row);
      if (answer !== undefined) return answer;
      const isSameClaim = row.state === CLAIMED && row.is_own === true && row.is_kept === true;
      const [taken] = isSameClaim
        ? await query(this.#sql.renew, [keyBytes, token, leaseSeconds])
        : await query(this.#sql.take, [keyBytes, leaseSeconds, token, digest]);
      if (taken !== undefined) return claimed(taken);
    }
    throw new Error(`postgresStore: a record changed during each of ${MAX_ROUNDS} attempts to claim it`);
  }

  async renew(query: Query, key: string, token: string, leaseSeconds: number): Promise<HolderAnswer> {
    const rows = await query(this.#sql.renew, [toBytes(key), token, leaseSeconds]);
    return rows.length > 0 ? "held" : "lost";
  }

  async complete(
    query: Query,
    key: string,
    token: string,
    reply: string | undefined,
    retentionSeconds: number,
  ): Promise<HolderAnswer> {
    const rows = await query(this.#sql.complete, [toBytes(key), token, toText(reply), retentionSeconds]);
    return rows.length > 0 ? "held" : this.#settledBefore(query, key, token, DONE);
  }

  /** @returns `lost` when another transaction has claimed the key. */
  async completeInTransaction(
    query: Query,
    key: string,
    token: string,
    reply: string | undefined,
    retentionSeconds: number,
  ): Promise<HolderAnswer> {
    const rows = await query(this.#sql.completeInTransaction, [toBytes(key), token, toText(reply), retentionSeconds]);
    return rows.length > 0 ? "held" : "lost";
  }

  async release(query: Query, key: string, token: string, progress: string | undefined): Promise<HolderAnswer> {
    const rows = await query(this.#sql.release, [toBytes(key), token, toText(progress)]);
    return rows.length > 0 ? "held" : this.#settledBefore(query, key, token, RELEASED);
  }

  /** Records the key as released, after a rollback has undone the claim. No effect where another transaction has claimed it. */
  async keepAttempt(
    query: Query,
    { key, token, bodyDigest }: ClaimRequest,
    attempt: number,
    progress: string | undefined,
    lock: string,
  ): Promise<HolderAnswer> {
    const params = [toBytes(key), attempt, token, toBytes(bodyDigest), toText(progress), lock];
    const rows = await query(this.#sql.keepAttempt, params);
    return rows.length > 0 ? "held" : "lost";
  }

  async #settledBefore(query: Query, key: string, token: string, state: number): Promise<HolderAnswer> {
    const [row] = await query(this.#sql.settledBy, [toBytes(key), token]);
    return row?.state === state ? "held" : "lost";
  }
}

/** The answer to a claim that the record refuses; `undefined` where the key can be claimed. */
function standing(row: Row): ClaimAnswer | undefined {
  if (row.state !== CLAIMED && row.state !== RELEASED && row.state !== DONE) {
    throw new Error(
      `postgresStore: a record is in state ${String(row.state)}, which this version of hookgate does not know`,
    );
  }
  if (row.is_kept !== true || row.state === RELEASED) return undefined;
  if (row.state === DONE) return { state: "done", reply: fromText(row.reply), isSameBody: row.is_same_body === true };
  if (row.is_own === true || row.is_live !== true) return undefined;
  return { state: "in_flight", retryAfterSeconds: Math.max(1, Number(row.seconds_left)) };
}

function claimed(row: Row): Claimed {
  const [fence, attempt] = [Number(row.fence), Number(row.attempt)];
  if (!Number.isSafeInteger(fence) || fence < 1 || !Number.isSafeInteger(attempt) || attempt < 1) {
    throw new Error("postgresStore: a record has a fence or an attempt that cannot be read");
  }
  return { state: "claimed", fence, attempt, progress: fromText(row.progress) };
}

/** 32 bytes in base64url without padding. The last character has four bits, so its other two must be zero. */
const SHA256_TEXT = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/;

/** A hash is stored as its bytes, three quarters of its text; any other key as its text. */
export function toBytes(text: string): Buffer {
  return Buffer.from(text, SHA256_TEXT.test(text) ? "base64url" : "utf8");
}

/** Strings are stored as bytes: `text` of PostgreSQL takes no NUL, and `jsonb` changes its input. */
function toText(text: string | undefined): Buffer | null {
  return text === undefined ? null : Buffer.from(text, "utf8");
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function fromText(bytes: unknown): string | undefined {
  if (bytes === null || bytes === undefined) return undefined;
  if (bytes instanceof Uint8Array) return utf8.decode(bytes);
  throw new Error("postgresStore: a record has a string that cannot be read");
}
