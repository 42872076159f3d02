// Encodes an entry as a row of the SQLite inbox, and decodes it.
import { entryFrom } from "../entry-codec.js";
import type { InboxEntry, InboxRecord, InboxState } from "../inbox.js";

export const RECORD_COLUMNS: string =
  "seq, key, source, order_key, state, due_at_ms, starts, ended, uncounted, progress, reason, entry, body";

/** Bytes as the drivers return them: libsql returns one type from `get` and another one from `all`. */
type Blob = Uint8Array | ArrayBuffer;

/** A row as the drivers return it. */
export interface InboxRow {
  readonly seq: number;
  readonly key: string;
  readonly source: string;
  readonly order_key: string | null;
  readonly state: InboxState;
  readonly due_at_ms: number | null;
  readonly starts: number;
  readonly ended: number;
  readonly uncounted: number;
  readonly progress: Blob | null;
  readonly reason: Blob | null;
  readonly entry: Blob;
  readonly body: Blob;
}

const STATES: ReadonlySet<string> = new Set<InboxState>(["waiting", "running", "done", "dead"]);

/** The fields without a column of their own, as JSON. */
export function entryBlob(entry: InboxEntry): Buffer {
  const { key: _key, source: _source, orderKey: _orderKey, body: _body, ...rest } = entry;
  return Buffer.from(JSON.stringify(rest));
}

/** @throws {Error} When the row is malformed. */
export function entryOf(row: InboxRow): InboxEntry {
  const rest = JSON.parse(bytesOf(row.entry).toString()) as Partial<InboxEntry>;
  if (typeof rest.type !== "string" || !STATES.has(row.state)) throw new Error(`entry ${row.key} cannot be read`);
  const { key, source, order_key: orderKey } = row;
  const body = bytesOf(row.body);
  return entryFrom(rest, { key, source, type: rest.type, body, orderKey: orderKey ?? undefined });
}

/** @param aheadMs - By how much the file's clock is ahead of the wall clock. */
export function recordOf(row: InboxRow, aheadMs: number): InboxRecord {
  return {
    entry: entryOf(row),
    state: row.state,
    attempts: row.starts - row.uncounted,
    reason: textOf(row.reason),
    runAtMs: row.state === "waiting" && row.due_at_ms !== null ? row.due_at_ms - aheadMs : undefined,
  };
}

export function textOf(blob: Blob | null): string | undefined {
  return blob === null ? undefined : bytesOf(blob).toString();
}

function bytesOf(blob: Blob): Buffer {
  return blob instanceof ArrayBuffer ? Buffer.from(blob) : Buffer.from(blob.buffer, blob.byteOffset, blob.byteLength);
}

export function blobOf(text: string | undefined): Buffer | null {
  return text === undefined ? null : Buffer.from(text);
}
