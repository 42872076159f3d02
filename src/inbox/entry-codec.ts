// Encodes an entry for engines that store JSON, as the base64 of its own JSON: jsonb refuses values that an id may have, which
// are NUL (22P05), lone surrogates and deep nesting. A few readable fields are added for people.
import { asBuffer } from "../lib/bytes.js";
import type { InboxEntry } from "./inbox.js";

/** The number of the format. A later format takes another number, which older versions refuse. */
const FORMAT = 1;

export interface EntryText {
  readonly format: number;
  /** Readable; cut, and without characters that jsonb refuses. */
  readonly type: string;
  readonly id: string | null;
  /** The entry without its body, as base64 of JSON. */
  readonly entry: string;
  readonly body: string;
}

export function entryToText(entry: InboxEntry): EntryText {
  const { body, ...rest } = entry;
  return {
    format: FORMAT,
    type: printable(entry.type),
    id: entry.id === undefined ? null : printable(entry.id),
    entry: Buffer.from(JSON.stringify(rest)).toString("base64"),
    body: asBuffer(body).toString("base64"),
  };
}

/** @throws {Error} When the value is not an entry in the format of this version. */
export function entryFromText(value: unknown): InboxEntry {
  const text = value as Partial<EntryText> | null;
  if (typeof text !== "object" || text === null || text.format !== FORMAT) {
    throw new Error(`an entry in a format that this version does not know (${String(text?.format)})`);
  }
  const rest = JSON.parse(Buffer.from(text.entry ?? "", "base64").toString()) as Partial<InboxEntry>;
  const isWhole = typeof rest.key === "string" && typeof rest.source === "string" && typeof rest.type === "string";
  if (!isWhole || typeof text.body !== "string") throw new Error("an entry with parts missing");
  return entryFrom(rest, {
    key: rest.key as string,
    source: rest.source as string,
    type: rest.type as string,
    body: Buffer.from(text.body, "base64"),
    orderKey: rest.orderKey,
  });
}

/** An entry of decoded JSON, with the parts that an engine stores or checks separately. */
export function entryFrom(
  rest: Partial<InboxEntry>,
  parts: Pick<InboxEntry, "key" | "source" | "type" | "body" | "orderKey">,
): InboxEntry {
  return {
    ...parts,
    id: rest.id,
    tenant: rest.tenant,
    timestampMs: rest.timestampMs,
    receivedAtMs: rest.receivedAtMs ?? 0,
    senderAttempt: rest.senderAttempt,
    isVerified: rest.isVerified !== false,
    headers: rest.headers ?? {},
    payloadFrom: rest.payloadFrom === "json" ? "json" : "body",
  };
}

const MAX_PRINTED_CHARACTERS = 100;

function printable(text: string): string {
  return text.slice(0, MAX_PRINTED_CHARACTERS).replace(/[^\x20-\x7e\u00a0-\ud7ff\ue000-\ufffd]/g, "?");
}
