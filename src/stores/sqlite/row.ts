// Decodes rows of the SQLite store strictly. A malformed row is an error, never "new".

export interface SqliteRecord {
  readonly state: "claimed" | "released" | "done";
  /** The token that claimed, released or completed it. */
  readonly token: string;
  readonly fence: number;
  readonly attempt: number;
  readonly bodyDigest: string;
  /** Only of a claimed record. */
  readonly leaseUntilMs: number | undefined;
  /** When the record is purged. A claim is purged days after its lease. */
  readonly expiresAtMs: number;
  readonly progress: string | undefined;
  readonly reply: string | undefined;
}

export const RECORD_COLUMNS =
  "d.state, d.token, d.fence, d.attempt, d.body_digest, d.lease_until_ms, d.expires_at_ms, d.progress, d.reply";

/** A row with `RECORD_COLUMNS`. */
export function decodeRecord(row: unknown): SqliteRecord | undefined {
  if (row === undefined) return undefined;
  const columns = row as Record<string, unknown>;
  const { state } = columns;
  if (state !== "claimed" && state !== "released" && state !== "done") throw unreadable("state");
  return {
    state,
    token: text(columns, "token"),
    fence: integer(columns, "fence", 1),
    attempt: integer(columns, "attempt", 1),
    bodyDigest: text(columns, "body_digest"),
    leaseUntilMs: state === "claimed" ? integer(columns, "lease_until_ms", 0) : undefined,
    expiresAtMs: integer(columns, "expires_at_ms", 0),
    progress: utf8(columns, "progress"),
    reply: utf8(columns, "reply"),
  };
}

/** The value as it is bound. Lone surrogates would be lost, but serialised JSON has none. */
export function toBlob(value: string | undefined): Buffer | null {
  return value === undefined ? null : Buffer.from(value, "utf8");
}

/** A connection can be configured to return integers as bigint. */
function integer(columns: Record<string, unknown>, name: string, least: number): number {
  const value = columns[name];
  const number = typeof value === "number" || typeof value === "bigint" ? Number(value) : Number.NaN;
  if (!Number.isSafeInteger(number) || number < least) throw unreadable(name);
  return number;
}

function text(columns: Record<string, unknown>, name: string): string {
  const value = columns[name];
  if (typeof value !== "string") throw unreadable(name);
  return value;
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function utf8(columns: Record<string, unknown>, name: string): string | undefined {
  const value = columns[name];
  if (value === null) return undefined;
  if (!(value instanceof Uint8Array)) throw unreadable(name);
  try {
    return decoder.decode(value);
  } catch {
    throw unreadable(name);
  }
}

function unreadable(column: string): Error {
  return new Error(`sqliteStore: a record cannot be read: its ${column} is none that this version writes`);
}
