// Decodes rows of the D1 store strictly. A malformed row is an error, never "new".
import type { ClaimAnswer } from "../store.js";

/** The answer to a claim, by the record after it. */
export function answerOf(row: Readonly<Record<string, unknown>> | undefined, bodyDigest: string): ClaimAnswer {
  if (row === undefined) throw unreadable("row");
  if (row.state === "done") {
    return { state: "done", reply: fromBlob(row.reply), isSameBody: row.body_digest === bodyDigest };
  }
  if (row.state !== "claimed") throw unreadable("state");
  if (Number(row.is_own) !== 1) {
    return { state: "in_flight", retryAfterSeconds: Math.max(1, Math.ceil(integer(row, "left_ms") / 1000)) };
  }
  const [fence, attempt] = [integer(row, "fence"), integer(row, "attempt")];
  return { state: "claimed", fence, attempt, progress: fromBlob(row.progress) };
}

/** The value as it is bound. */
export function toBlob(text: string | undefined): Uint8Array | null {
  return text === undefined ? null : new TextEncoder().encode(text);
}

function integer(row: Readonly<Record<string, unknown>>, name: string): number {
  const value = row[name];
  if (!Number.isSafeInteger(value)) throw unreadable(name);
  return value as number;
}

/** D1 gives a blob as an array of numbers. */
function fromBlob(value: unknown): string | undefined {
  if (value === null) return undefined;
  const isBytes = Array.isArray(value) || value instanceof ArrayBuffer || value instanceof Uint8Array;
  if (!isBytes) throw unreadable("blob");
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(
    Uint8Array.from(Buffer.from(value as never)),
  );
}

function unreadable(what: string): Error {
  return new Error(`d1Store: a record cannot be read: its ${what} is not one that this version writes`);
}
