// Converts an event to an inbox entry, and back.
import { randomBytes } from "node:crypto";
import { type Delivery, toDelivery } from "../core/delivery.js";
import { ReceivedEvent } from "../core/event.js";
import { asBuffer } from "../lib/bytes.js";
import { type Parsed, parseJson } from "../lib/json.js";
import type { MaybePromise } from "../lib/maybe-promise.js";
import type { InboxEntry } from "./inbox.js";

/** A random key has the length of a SHA-256 in base64url, 43 characters. */
const KEY_BYTES = 32;
const NO_NAMES: ReadonlySet<string> = new Set();

export interface EntryFacts {
  readonly source: string;
  /** `undefined` where the event has no id. Each of its deliveries is then a separate entry. */
  readonly key: string | undefined;
  readonly orderKey: string | undefined;
}

/** @throws {TypeError} When the payload is not that of the body, and JSON cannot represent it. */
export function toEntry(event: ReceivedEvent, facts: EntryFacts): InboxEntry {
  const isWhole = event.isOfBody;
  return {
    key: facts.key ?? randomBytes(KEY_BYTES).toString("base64url"),
    source: facts.source,
    id: event.id,
    type: event.type,
    tenant: event.tenant,
    timestampMs: event.timestamp?.getTime(),
    receivedAtMs: event.receivedAt.getTime(),
    senderAttempt: event.attempt,
    isVerified: event.verified,
    headers: textHeaders(event.headers),
    body: isWhole ? event.body : jsonBytes(event),
    payloadFrom: isWhole ? "body" : "json",
    orderKey: facts.orderKey,
  };
}

/** The event of an entry, or why its bytes cannot be parsed. `readPayload` parses a body by the sender's formats. */
export async function toEvent(
  entry: InboxEntry,
  sender: string,
  readPayload: (delivery: Delivery) => MaybePromise<Parsed<unknown>>,
): Promise<Parsed<ReceivedEvent>> {
  const delivery = toDelivery({ headers: entry.headers, body: entry.body });
  const payload: Parsed<unknown> =
    entry.payloadFrom === "json"
      ? parseJson(asBuffer(entry.body))
      : entry.body.length === 0
        ? { ok: true, value: undefined }
        : await readPayload(delivery);
  if (!payload.ok) return payload;
  const origin = {
    delivery,
    sender,
    tenant: entry.tenant,
    verified: entry.isVerified,
    receivedAtMs: entry.receivedAtMs,
    credentialHeaders: NO_NAMES, // an entry has no credentials
  };
  const event = new ReceivedEvent(origin, {
    id: entry.id,
    type: entry.type,
    payload: payload.value,
    timestamp: entry.timestampMs === undefined ? undefined : new Date(entry.timestampMs),
    attempt: entry.senderAttempt,
    isPart: entry.payloadFrom === "json",
  });
  return { ok: true, value: event };
}

function textHeaders(headers: ReceivedEvent["headers"]): Record<string, string> {
  const texts: Record<string, string> = Object.create(null);
  for (const [name, value] of Object.entries(headers)) if (value !== undefined) texts[name] = String(value);
  return texts;
}

function jsonBytes(event: ReceivedEvent): Buffer {
  let text: string | undefined;
  try {
    text = JSON.stringify(event.source);
  } catch {
    text = undefined;
  }
  if (text === undefined)
    throw new TypeError(
      `the payload of ${event.type} cannot be represented in JSON, so it cannot be stored in an inbox`,
    );
  return Buffer.from(text);
}
