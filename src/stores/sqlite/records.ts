// Reads and writes the records of the SQLite store inside a transaction of its file.
import type { SqliteDatabase } from "../../lib/sqlite/driver.js";
import { type ClockAnchor, type HostClocks, readClock } from "../../lib/sqlite/file-clock.js";
import {
  type ClaimAnswer,
  type ClaimRequest,
  type HolderAnswer,
  type OrderAnswer,
  RELEASED_RETENTION_SECONDS,
} from "../store.js";
import { fileState, hasTables } from "./migrations.js";
import { decodeRecord, type SqliteRecord, toBlob } from "./row.js";
import { prepareStatements, type Statements } from "./statements.js";

/** Expired records removed per claim, and at most per transaction. */
const PURGED_PER_CLAIM = 100;
const MAX_PURGED = 1000;
const KEPT_AFTER_CLAIM_MS = RELEASED_RETENTION_SECONDS * 1000;

/** One transaction: its time on the file's clock, and what it has done so far. */
export interface RecordTransaction {
  readonly nowMs: number;
  readonly anchor: ClockAnchor;
  readonly isAnchorNew: boolean;
  readonly firstFence: number;
  lastFence: number;
  claims: number;
  advances: number;
}

export class Records {
  readonly #database: SqliteDatabase;
  readonly #clocks: HostClocks;
  #prepared: Statements | undefined;

  constructor(database: SqliteDatabase, clocks: HostClocks) {
    this.#database = database;
    this.#clocks = clocks;
  }

  /** The first step of each transaction. */
  begin(): RecordTransaction {
    const { lastFence, anchor } = fileState(this.#statements().state.get());
    const clock = readClock(anchor, this.#clocks);
    const isAnchorNew = clock.anchor !== anchor;
    return { ...clock, isAnchorNew, firstFence: lastFence, lastFence, claims: 0, advances: 0 };
  }

  /** The last step before the commit: purges, and stores the file's own state. */
  end({ nowMs, anchor, isAnchorNew, firstFence, lastFence, claims, advances }: RecordTransaction): void {
    const { purge, purgeVersions, keepState } = this.#statements();
    if (claims > 0) purge.run(nowMs, Math.min(claims * PURGED_PER_CLAIM, MAX_PURGED));
    if (advances > 0) purgeVersions.run(nowMs, Math.min(advances * PURGED_PER_CLAIM, MAX_PURGED));
    if (!isAnchorNew && lastFence === firstFence) return;
    keepState.run(lastFence, anchor.timeMs, anchor.monotonicMs, anchor.wallMs);
  }

  /** The answer to a claim of a key that is done or held by another token. Read outside a transaction, without the lock. */
  readRefusal({ key, token, bodyDigest }: ClaimRequest): ClaimAnswer | undefined {
    const row = this.#statements().findWithState.get(key);
    if (row === undefined) return undefined;
    const { nowMs } = readClock(fileState(row).anchor, this.#clocks);
    return refusal(unexpired(decodeRecord(row), nowMs), token, bodyDigest, nowMs);
  }

  claim(transaction: RecordTransaction, { key, token, leaseSeconds, bodyDigest }: ClaimRequest): ClaimAnswer {
    transaction.claims++;
    const { nowMs } = transaction;
    const found = this.#find(key, nowMs);
    const refused = refusal(found, token, bodyDigest, nowMs);
    if (refused !== undefined) return refused;
    const untilMs = nowMs + milliseconds(leaseSeconds);
    if (found?.state === "claimed" && found.token === token) return this.#putClaim(key, found, untilMs);
    const fence = ++transaction.lastFence;
    const attempt = (found?.attempt ?? 0) + 1;
    const claim = { state: "claimed", token, fence, attempt, bodyDigest, progress: found?.progress } as const;
    return this.#putClaim(key, claim, untilMs);
  }

  renew({ nowMs }: RecordTransaction, key: string, token: string, leaseSeconds: number): HolderAnswer {
    const record = this.#find(key, nowMs);
    if (record?.token !== token || record.state !== "claimed") return "lost";
    this.#putClaim(key, record, nowMs + milliseconds(leaseSeconds));
    return "held";
  }

  complete(
    { nowMs }: RecordTransaction,
    key: string,
    token: string,
    reply: string | undefined,
    retentionSeconds: number,
  ): HolderAnswer {
    const record = this.#find(key, nowMs);
    if (record?.token !== token || record.state === "released") return "lost";
    if (record.state === "done") return "held";
    const expiresAtMs = nowMs + milliseconds(retentionSeconds);
    this.#put(key, { ...record, state: "done", leaseUntilMs: undefined, progress: undefined, reply, expiresAtMs });
    return "held";
  }

  release({ nowMs }: RecordTransaction, key: string, token: string, progress: string | undefined): HolderAnswer {
    const record = this.#find(key, nowMs);
    if (record?.token !== token || record.state === "done") return "lost";
    if (record.state === "released") return "held";
    const expiresAtMs = nowMs + KEPT_AFTER_CLAIM_MS;
    const latest = progress ?? record.progress;
    this.#put(key, { ...record, state: "released", leaseUntilMs: undefined, progress: latest, expiresAtMs });
    return "held";
  }

  advance(transaction: RecordTransaction, entityKey: string, version: number, retentionSeconds: number): OrderAnswer {
    transaction.advances++;
    const { nowMs } = transaction;
    const { findVersion, putVersion } = this.#statements();
    const row = findVersion.get(entityKey, nowMs) as { version: unknown } | undefined;
    const last = row === undefined ? -1 : Number(row.version);
    if (!Number.isSafeInteger(last)) throw new Error("sqliteStore: the version of an entity cannot be read");
    putVersion.run(entityKey, Math.max(last, version), nowMs + milliseconds(retentionSeconds));
    return version < last ? "older" : "newest";
  }

  /** Drops the prepared statements, before the database is closed. */
  forgetStatements(): void {
    this.#prepared = undefined;
  }

  #find(key: string, nowMs: number): SqliteRecord | undefined {
    return unexpired(decodeRecord(this.#statements().find.get(key)), nowMs);
  }

  #putClaim(
    key: string,
    claim: Omit<SqliteRecord, "leaseUntilMs" | "expiresAtMs" | "reply">,
    leaseUntilMs: number,
  ): ClaimAnswer {
    this.#put(key, { ...claim, leaseUntilMs, expiresAtMs: leaseUntilMs + KEPT_AFTER_CLAIM_MS, reply: undefined });
    return { state: "claimed", fence: claim.fence, attempt: claim.attempt, progress: claim.progress };
  }

  #put(key: string, record: SqliteRecord): void {
    const { state, token, fence, attempt, bodyDigest, leaseUntilMs = null, expiresAtMs, progress, reply } = record;
    const blobs = [toBlob(progress), toBlob(reply)] as const;
    this.#statements().put.run(key, state, token, fence, attempt, bodyDigest, leaseUntilMs, expiresAtMs, ...blobs);
  }

  #statements(): Statements {
    if (this.#prepared === undefined) {
      if (!hasTables(this.#database)) {
        throw new Error("sqliteStore: the tables are missing; `await store.migrate()` once, before the first delivery");
      }
      this.#prepared = prepareStatements(this.#database);
    }
    return this.#prepared;
  }
}

/** The answer to a claim that is refused: the key is done, or another token holds it. */
function refusal(
  record: SqliteRecord | undefined,
  token: string,
  bodyDigest: string,
  nowMs: number,
): ClaimAnswer | undefined {
  if (record?.state === "done") {
    return { state: "done", reply: record.reply, isSameBody: record.bodyDigest === bodyDigest };
  }
  const leftMs = (record?.leaseUntilMs ?? nowMs) - nowMs;
  if (record === undefined || leftMs <= 0 || record.token === token) return undefined;
  return { state: "in_flight", retryAfterSeconds: Math.ceil(leftMs / 1000) };
}

function unexpired(record: SqliteRecord | undefined, nowMs: number): SqliteRecord | undefined {
  return record !== undefined && record.expiresAtMs > nowMs ? record : undefined;
}

function milliseconds(seconds: number): number {
  return Math.ceil(seconds * 1000);
}
