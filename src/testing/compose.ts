// How does a sender write a delivery down? The inverse of identifying one, from the same row.
import { randomUUID } from "node:crypto";
import type { SignableRequest } from "../auth/auth.js";
import { writeField } from "../auth/write-field.js";
import { toDelivery } from "../delivery.js";
import { type Field, memberOf, readField } from "../field.js";
import { asBuffer, NO_BYTES } from "../internal/bytes.js";
import { formatTime } from "../internal/time.js";
import type { BodyFormat, BodyFormats, EventRow, Sender } from "../sender.js";

/** One event to deliver. What the sender's row locates and is not given is made up. */
export interface TestRequest {
  /** Where the sender's type is a `literal`, that. */
  readonly type?: string;
  /** The payload; of a batch the array of items, or one item. */
  readonly payload?: unknown;
  /** Default: a fresh one. */
  readonly id?: string;
  /** These bytes and no others; then nothing is put into the body. */
  readonly body?: Uint8Array | string;
  /** When it is signed. Default: now. */
  readonly timestamp?: Date | number;
  /** Which attempt the sender says this is. */
  readonly attempt?: number;
  readonly method?: string;
  /** As registered with the sender. Default: `https://example.com/webhooks/<sender>`. */
  readonly url?: string;
  /** Added before signing. */
  readonly headers?: Readonly<Record<string, string>>;
  /** One of the sender's media types. Default: its first. */
  readonly contentType?: string;
}

export interface Composed {
  readonly request: SignableRequest;
  readonly id: string | undefined;
}

const JSON_TYPE: BodyFormats = { "application/json": "json" };

/** The delivery as the sender would write it, not yet signed. */
export function compose(sender: Sender<never>, test: TestRequest, nowMs: number): Composed {
  const { definition } = sender;
  const formats = definition.body ?? JSON_TYPE;
  const contentType = test.contentType ?? concrete(Object.keys(formats)[0] ?? "application/json");
  const format = formatOf(formats, contentType);
  const method = test.method ?? "POST";
  const timestampMs = test.timestamp === undefined ? nowMs : Number(test.timestamp);
  const bare: SignableRequest = {
    method,
    url: test.url ?? `https://example.com/webhooks/${sender.name}`,
    headers: { "content-type": contentType, ...lowerCase(test.headers ?? {}) },
    body: test.body === undefined ? NO_BYTES : asBuffer(test.body),
    timestampMs,
  };
  const row = rowOf(definition.event, bare, test);
  const id =
    row?.id === undefined ? undefined : (test.id ?? readText(row.id, bare, test.payload) ?? `evt_${randomUUID()}`);
  const inPlace = row === undefined ? bare : writeHeaders(bare, row, test, id);
  if (test.body !== undefined) return { request: inPlace, id };
  const payload = row === undefined ? (test.payload ?? {}) : fill(row, test, id, timestampMs);
  return { request: { ...inPlace, body: encode(payload, format) }, id };
}

/** Of a sender with several kinds of deliveries, the row of the payload given. */
function rowOf(
  event: EventRow | Exclude<Sender["definition"]["event"], EventRow>,
  bare: SignableRequest,
  test: TestRequest,
): EventRow | undefined {
  if (typeof event !== "function") return event;
  return event(
    toDelivery({ method: bare.method, url: pathAndQuery(bare.url), headers: bare.headers, body: bare.body }),
    test.payload,
  );
}

function readText(field: Field<"text">, bare: SignableRequest, payload: unknown): string | undefined {
  const item = Array.isArray(payload) ? payload[0] : payload;
  const delivery = toDelivery({ method: bare.method, url: pathAndQuery(bare.url), headers: bare.headers });
  const value = readField(field, delivery, item);
  return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
}

/** Id, type and attempt that stand in headers or in the query. */
function writeHeaders(
  bare: SignableRequest,
  row: EventRow,
  test: TestRequest,
  id: string | undefined,
): SignableRequest {
  let request = bare;
  for (const [field, value] of placed(row, test, id)) {
    const isThere = field.in === "header" && request.headers[field.name] !== undefined;
    if (!isThere && (field.in === "header" || field.in === "query")) request = writeField(request, field, value);
  }
  return request;
}

/** The payload with id, type, time and attempt where the row reads them; what the caller gave stays. */
function fill(row: EventRow, test: TestRequest, id: string | undefined, timestampMs: number): unknown {
  const given = test.payload ?? {};
  if (row.each === undefined) return fillItem(row, test, given, id, timestampMs);
  const items = Array.isArray(given) ? given : memberOf(given, row.each);
  if (!Array.isArray(items)) return wrap(row.each, [fillItem(row, test, given, id, timestampMs)]);
  const filled = items.map((item, at) => fillItem(row, test, item, at === 0 ? id : undefined, timestampMs));
  return Array.isArray(given) ? wrap(row.each, filled) : put(given, row.each.split("."), filled);
}

function fillItem(
  row: EventRow,
  test: TestRequest,
  item: unknown,
  id: string | undefined,
  timestampMs: number,
): unknown {
  if (typeof item !== "object" || item === null || Array.isArray(item)) return item;
  let filled: unknown = item;
  const values = [...placed(row, test, id)];
  if (row.timestamp !== undefined)
    values.push([row.timestamp, formatTime(timestampMs, row.timestamp.format ?? "rfc3339")]);
  for (const [field, value] of values) {
    if (field.in !== "json" && field.in !== "form") continue;
    const isGiven = memberOf(filled, field.name) !== undefined;
    const isChosen = isIdField(row, field) && test.id !== undefined;
    if (!isGiven || isChosen) filled = put(filled, field.name.split("."), value);
  }
  return filled;
}

function* placed(row: EventRow, test: TestRequest, id: string | undefined): Generator<[Field, string]> {
  if (row.id !== undefined && id !== undefined) yield* splitId(row.id, id);
  if (row.attempt !== undefined && test.attempt !== undefined) yield [row.attempt, String(test.attempt)];
  if (test.type === undefined) return;
  if (row.type.in !== "dotted") yield [row.type, test.type];
  else yield* splitType(row.type, test.type);
}

/** The part of the id that a caller chooses. */
function isIdField(row: EventRow, field: Field): boolean {
  return field === (row.id?.parts?.at(-1) ?? row.id);
}

/** An id of several parts (CloudEvents' source and id): the last is the id given. */
function* splitId(field: Field<"text">, id: string): Generator<[Field, string]> {
  const parts = field.in === "dotted" ? (field.parts ?? []) : [field];
  for (const [at, part] of parts.entries()) yield [part, at === parts.length - 1 ? id : "/test"];
}

/** `issues.opened` is a header `issues` and a member `opened`: the first part takes the first name, the last the rest. */
function* splitType(field: Field<"text">, type: string): Generator<[Field, string]> {
  const parts = field.parts ?? [];
  const names = type.split(".");
  for (const [at, part] of parts.entries()) {
    const value = at === parts.length - 1 ? names.slice(at).join(".") : names[at];
    if (value !== undefined && value !== "") yield [part, value];
  }
}

function put(value: unknown, [name, ...rest]: readonly string[], member: unknown): unknown {
  if (name === undefined) return member;
  const object = typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  return { ...object, [name]: put(object[name], rest, member) };
}

function wrap(path: string, items: readonly unknown[]): unknown {
  return path === "" ? items : put({}, path.split("."), items);
}

function encode(payload: unknown, format: BodyFormat): Buffer {
  if (typeof payload === "string" || payload instanceof Uint8Array) return asBuffer(payload);
  if (typeof format === "object")
    return asBuffer(new URLSearchParams({ [format.jsonInForm]: JSON.stringify(payload) }).toString());
  if (format === "form") return asBuffer(new URLSearchParams(payload as Record<string, string>).toString());
  return asBuffer(JSON.stringify(payload));
}

/** The media type to send where the sender's row has a pattern. */
function concrete(mediaType: string): string {
  return mediaType.includes("*") ? "application/json" : mediaType;
}

function formatOf(formats: BodyFormats, contentType: string): BodyFormat {
  const mediaType = (contentType.split(";")[0] ?? "").trim().toLowerCase();
  return formats[mediaType] ?? formats[Object.keys(formats).find((pattern) => pattern.includes("*")) ?? ""] ?? "json";
}

function lowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function pathAndQuery(url: string): string {
  return /^[a-z]+:\/\/[^/?#]*([^#]*)/i.exec(url)?.[1] || "/";
}
