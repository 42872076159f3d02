// Composes a delivery of an event by the sender's definition.
import { randomUUID } from "node:crypto";
import { deliveryToSign } from "../auth/request/signable-request.js";
import { compileFormats, formatFor, isBodiless } from "../body-formats/content-type.js";
import type { BodyFormat, BodyFormats } from "../body-formats/format.js";
import type { SignableRequest } from "../core/auth.js";
import type { Field } from "../core/field.js";
import { isCovered, readField } from "../core/read-field.js";
import { asBuffer, NO_BYTES } from "../lib/bytes.js";
import { HeaderLines } from "../lib/headers.js";
import { parseJson } from "../lib/json.js";
import type { EventRow, Sender } from "../sender/sender.js";
import { encode, lowerCase } from "./encode-body.js";
import { type EventParts, fill, itemsOf, ownPart, writeHead } from "./fill-payload.js";

/** One event to deliver. Fields of the sender's definition that are not given get made-up values. */
export interface TestRequest {
  /** Its name, as handlers are registered for it. What the payload or `headers` say already stays; a sender whose type is a `literal` ignores it. */
  readonly type?: string;
  /** The payload; of a batch the array of items, or one item. Members that the row reads and that are missing are added to a copy. */
  readonly payload?: unknown;
  /** The event's id, or the first one's of a batch. Default: a fresh `evt_…`. */
  readonly id?: string;
  /** These bytes and no others; then nothing is put into the body. */
  readonly body?: Uint8Array | string;
  /** When it is signed: a date, or milliseconds since the epoch. Default: now. */
  readonly timestamp?: Date | number;
  /** Which attempt the sender says this is. */
  readonly attempt?: number;
  /** Default: POST. */
  readonly method?: string;
  /** As registered with the sender, absolute. Default: that of `createTestSender`. */
  readonly url?: string;
  /** Added before signing; they win over those that are made up. */
  readonly headers?: Readonly<Record<string, string>>;
  /** One of the sender's media types. Default: its first. */
  readonly contentType?: string;
}

/** A signed delivery. */
export interface SignedDelivery {
  readonly method: string;
  /** Absolute. */
  readonly url: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** What a receiver reads as the event's id, of a batch the first one's; `undefined` where the sender gives its events none. */
  readonly id: string | undefined;
}

/** A delivery that is not signed yet. */
export interface Composed {
  readonly request: SignableRequest;
  /** What a receiver will read as its id, of a batch the first one's. */
  readonly id: string | undefined;
  /** `undefined` where the sender's function does not know this kind of delivery. */
  readonly row: EventRow | undefined;
}

const JSON_TYPE: BodyFormats = { "application/json": "json" };

/**
 * The unsigned delivery, as the sender would write it.
 *
 * A sender whose `event` is a function decides by the payload, or by `headers`, which kind of delivery it is. For an unknown
 * kind, the payload is sent unchanged, without id and type.
 */
export function compose(sender: Sender<never>, test: TestRequest, signedAtMs: number): Composed {
  const { event, auth, body: formats = JSON_TYPE } = sender.definition;
  const bare = bareRequest(sender.name, formats, test, signedAtMs);
  const row = typeof event === "function" ? event(deliveryToSign(bare), test.payload) : event;
  const format = formatFor(compileFormats(formats), HeaderLines.from(bare.headers)) ?? "json";
  if (row === undefined) {
    return { request: hasOwnBody(bare, test) ? bare : withBody(bare, test.payload ?? {}, format), id: undefined, row };
  }

  const given = test.body === undefined ? (test.payload ?? {}) : readable(bare.body);
  const id = wantedId(row, test, bare, itemsOf(row, given)[0]);
  // The scheme writes a signed time in a header. A time that is there already is signed unchanged.
  const isSignersTime = row.timestamp?.in === "header" && isCovered(row.timestamp, auth.covers);
  const parts: EventParts = {
    id,
    isIdChosen: test.id !== undefined,
    type: test.type,
    timeMs: isSignersTime ? undefined : signedAtMs,
    attempt: test.attempt,
  };
  const placed = writeHead(bare, row, parts);
  if (hasOwnBody(bare, test)) return { request: placed, id: readId(row, placed, given), row };

  // A header is the same for all items of a batch; in the body each item has an id of its own.
  const payload = fill(row, given, (at) => (at === 0 ? parts : { ...parts, id: randomId(), isIdChosen: false }));
  return { request: withBody(placed, payload, format), id: readId(row, placed, payload), row };
}

function bareRequest(name: string, formats: BodyFormats, test: TestRequest, signedAtMs: number): SignableRequest {
  const headers = lowerCase(test.headers ?? {});
  const method = (test.method ?? "POST").toUpperCase();
  const contentType = test.contentType ?? concrete(Object.keys(formats)[0] as string);
  const isBare = isBodiless(method) && test.payload === undefined && test.body === undefined;
  return {
    method,
    url: test.url ?? `https://example.com/webhooks/${name}`,
    headers: isBare ? headers : { "content-type": contentType, ...headers },
    body: test.body === undefined ? NO_BYTES : asBuffer(test.body),
    timestampMs: signedAtMs,
  };
}

/** Whether the body is given by the caller, or there is none, as in handshakes by GET. */
function hasOwnBody(bare: SignableRequest, test: TestRequest): boolean {
  return test.body !== undefined || (test.payload === undefined && isBodiless(bare.method));
}

function wantedId(row: EventRow, test: TestRequest, bare: SignableRequest, item: unknown): string | undefined {
  if (row.id === undefined) return undefined;
  const field = ownPart(row.id);
  const isInBody = field.in === "json" || field.in === "form";
  return test.id ?? readText(field, bare, item) ?? (isInBody && test.body !== undefined ? undefined : randomId());
}

function randomId(): string {
  return `evt_${randomUUID()}`;
}

/** The id that a receiver will read. */
function readId(row: EventRow, request: SignableRequest, payload: unknown): string | undefined {
  return row.id === undefined ? undefined : readText(row.id, request, itemsOf(row, payload)[0]);
}

function readText(field: Field<"text">, request: SignableRequest, item: unknown): string | undefined {
  const value = readField(field, deliveryToSign(request), item);
  return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
}

function withBody(request: SignableRequest, payload: unknown, format: BodyFormat): SignableRequest {
  return { ...request, body: encode(payload, format) };
}

/** The parsed body of the caller, from which a receiver could read an id. */
function readable(body: Uint8Array): unknown {
  const parsed = parseJson(body);
  return parsed.ok ? parsed.value : Object.fromEntries(new URLSearchParams(asBuffer(body).toString("utf8")));
}

/** The media type to send where the sender's definition has a pattern. */
function concrete(mediaType: string): string {
  return mediaType.includes("*") ? "application/json" : mediaType;
}
