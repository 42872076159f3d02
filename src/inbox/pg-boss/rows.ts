// Encodes an entry as a pg-boss job, and decodes a row of pg-boss's table.
import { createHash } from "node:crypto";
import type { AttemptCounter } from "../attempt-counter.js";
import { type EntryText, entryFromText } from "../entry-codec.js";
import { type InboxRecord, type InboxState, MAX_REASON_CHARACTERS } from "../inbox.js";

/** One start of a job. */
export interface PgBossAttempt {
  readonly id: string;
  readonly retryCount: number;
}

export interface PgBossJob extends PgBossAttempt {
  readonly data: EntryText & { readonly counter?: AttemptCounter };
}

/** A row of pg-boss's job table, as the statements of this inbox select it. */
export interface JobRow {
  readonly id: string;
  readonly name: string;
  readonly data: PgBossJob["data"];
  readonly state: string;
  readonly retry_count: number;
  readonly output: { readonly reason?: string; readonly value?: { readonly message?: string } } | null;
  readonly start_ms: number;
  readonly started: boolean;
  readonly singleton_key?: string;
  readonly count: number;
  readonly oldest: number;
}

export const JOB_COLUMNS: string = `id::text AS id, name, data, state::text AS state, retry_count, output,
  extract(epoch FROM start_after)::float * 1000 AS start_ms, started_on IS NOT NULL AS started`;

/** pg-boss's states. A dead entry is a cancelled job: a failed one would block the jobs behind it permanently. */
export const STATES: Readonly<Record<InboxState, readonly string[]>> = {
  waiting: ["created", "retry"],
  running: ["active"],
  done: ["completed"],
  dead: ["cancelled", "failed"],
};

export function stateOf(state: string): InboxState {
  const found = Object.entries(STATES).find(([, own]) => own.includes(state));
  return (found?.[0] ?? "dead") as InboxState;
}

export function recordOf(row: JobRow): InboxRecord {
  const state = stateOf(row.state);
  const { counter = {} } = row.data;
  // `retry_count` goes up when the next attempt begins, so a job that was started once has 0.
  const starts = row.started ? row.retry_count + 1 : 0;
  return {
    entry: entryFromText(row.data),
    state,
    attempts: starts - (counter.uncounted ?? 0),
    reason: row.output?.reason ?? row.output?.value?.message,
    runAtMs: state === "waiting" ? row.start_ms : undefined,
  };
}

/** pg-boss accepts letters, digits, `_`, `.`, `/` and `-` in names. Other characters are replaced, and a hash keeps the names distinct. */
export function queueName({ prefix }: { readonly prefix: string }, source: string): string {
  const plain = source.replace(/[^A-Za-z0-9_.-]/g, "-").slice(0, 80);
  return `${prefix}${plain === source ? plain : `${plain}-${hashed(source).slice(0, 8)}`}`;
}

/** The first 128 bits of the key, as a UUID of version 8 (RFC 9562: its bits have an application-specific meaning). */
export function jobId(key: string): string {
  const hex = Buffer.from(key, "base64url").subarray(0, 16).toString("hex").padEnd(32, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
}

export function hashed(text: string): string {
  return createHash("sha256").update(Buffer.from(text, "utf16le")).digest("hex");
}

/** The reason without NUL and lone surrogates, which jsonb refuses. */
export function storable(reason: string): string {
  return reason
    .slice(0, MAX_REASON_CHARACTERS)
    .replaceAll("\u0000", "\ufffd")
    .replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "\ufffd");
}
