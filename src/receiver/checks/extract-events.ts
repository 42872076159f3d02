// Finds the events of a delivery, zero to n, each with its id and type where the sender's definition says they are.
// An authenticated delivery is not refused for an id or a type that it lacks: without an id it is handled without dedupe, without
// a type it goes to the handler of everything.
import type { Covers } from "../../core/auth.js";
import type { Delivery } from "../../core/delivery.js";
import { type EventOrigin, ReceivedEvent } from "../../core/event.js";
import type { Field } from "../../core/field.js";
import type { Rejection } from "../../core/outcome.js";
import { isCovered, memberOf, readField } from "../../core/read-field.js";
import type { TraceLine } from "../../core/trace.js";
import { type Binding, NOT_SWAPPABLE } from "../../dedupe/claim-subject.js";
import { parseTime } from "../../lib/time.js";
import type { EventRow, SenderDefinition } from "../../sender/sender.js";
import type { Check, DeliveryContext, MalformedItem } from "./check.js";

/** Ids and types longer than this are none: they would only serve to fill stores and logs. */
const MAX_TEXT_LENGTH = 512;

export interface ExtractEventsSettings {
  readonly sender: Pick<SenderDefinition, "name" | "event" | "typeMismatch" | "retriesChange">;
  readonly credentialHeaders: ReadonlySet<string>;
  /** Told to the operator, once for each text. */
  readonly warn: (message: string) => void;
}

export function extractEventsCheck({ sender, credentialHeaders, warn }: ExtractEventsSettings): Check {
  const { event: rows } = sender;
  const factsOf = factsMaker(sender.retriesChange);
  return function extractEvents(ctx) {
    const { delivery, payload, proof } = ctx;
    if (proof === undefined) throw new Error("extract-events: called before authenticate");
    const given = typeof rows === "function" ? rows(delivery, payload) : rows;
    if (given === undefined) return refuse(ctx, "none of the kinds of delivery this sender is known to send");
    const batch = given.each === undefined ? undefined : given.each === "" ? payload : memberOf(payload, given.each);
    // A ping of a sender of batches, say, has no array: it is one event.
    const row = given.each === undefined || Array.isArray(batch) ? given : { ...given, each: undefined };
    const items: readonly unknown[] = Array.isArray(batch) ? batch : [payload];
    const origin: EventOrigin = {
      delivery,
      sender: sender.name,
      tenant: proof.tenant,
      verified: proof.isVerified !== false,
      receivedAtMs: ctx.receivedAtMs,
      credentialHeaders,
    };
    const events: ReceivedEvent[] = [];
    const malformed: MalformedItem[] = [];
    let missing: string | undefined;
    for (const [at, item] of items.entries()) {
      const event = readEvent(row, delivery, item, origin);
      const lacks = lackOf(row, event);
      if (lacks !== undefined && (row.needsId === true || !canBeEvent(row, item))) {
        malformed.push({ at, hint: lacks });
        continue;
      }
      missing ??= lacks;
      events.push(event);
      const mismatch = mismatchOf(sender, row, event, proof.covers);
      if (mismatch !== undefined) return refuse(ctx, mismatch);
    }
    // One bad item never fails its neighbours; nothing but bad items is a bad delivery.
    const problem = malformed[0]?.hint;
    if (problem !== undefined && events.length === 0) return refuse(ctx, problem);
    ctx.events = events;
    ctx.malformed = malformed;
    const { line, binding } = factsOf(row, proof.covers);
    ctx.binding = binding;
    if (problem !== undefined) note(ctx, `skipped an item: ${problem}`);
    else if (missing !== undefined) note(ctx, `${missing}: ${CONSEQUENCE}`);
    else ctx.trace.add(line);
    if (missing !== undefined) warn(`a genuine delivery has ${missing}: ${CONSEQUENCE}`);
    return undefined;
  };
}

function refuse(ctx: DeliveryContext, hint: string): Rejection {
  ctx.trace.add({ check: "extract-events", result: "refused", hint });
  return { name: "unidentified", hint };
}

const CONSEQUENCE = "an event without an id is handled without dedupe, one without a type by the handler of everything";

function note(ctx: DeliveryContext, hint: string): void {
  ctx.trace.add({ check: "extract-events", result: "noted", hint });
}

/** What an event lacks that its row says where to find. */
function lackOf(row: EventRow, { id, type }: ReceivedEvent): string | undefined {
  if (type === "") return `no usable type in ${placeOf(row.type)}`;
  return row.id !== undefined && id === undefined ? `no usable id in ${placeOf(row.id)}` : undefined;
}

/** Where the id or the type is a member of the payload, an event is an object. */
function canBeEvent(row: EventRow, item: unknown): boolean {
  return isObject(item) || (row.type.in !== "json" && row.id?.in !== "json");
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

function readEvent(row: EventRow, delivery: Delivery, item: unknown, origin: EventOrigin): ReceivedEvent {
  const type = readField(row.type, delivery, item);
  return new ReceivedEvent(origin, {
    id: row.id === undefined ? undefined : textOf(readField(row.id, delivery, item)),
    type: (type === undefined ? row.defaultType : textOf(type)) ?? "",
    payload: item,
    isPart: row.each !== undefined,
    timestamp:
      row.timestamp === undefined ? undefined : timeOf(row.timestamp, readField(row.timestamp, delivery, item)),
    attempt: row.attempt === undefined ? undefined : countOf(readField(row.attempt, delivery, item)),
  });
}

/** A text of 1 to 512 characters that is not blank, or a safe integer; anything else would merge ids that differ. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === "number") return Number.isSafeInteger(value) ? String(value) : undefined;
  if (typeof value !== "string" || value.length > MAX_TEXT_LENGTH || value.trim() === "") return undefined;
  return value;
}

function timeOf(field: Field<"time">, value: unknown): Date | undefined {
  if (typeof value !== "string" && typeof value !== "number") return undefined;
  const ms = parseTime(String(value), field.format ?? "rfc3339");
  return ms === undefined ? undefined : new Date(ms);
}

function countOf(value: unknown): number | undefined {
  const count = typeof value === "string" && /^[0-9]{1,9}$/.test(value) ? Number(value) : value;
  return Number.isSafeInteger(count) ? (count as number) : undefined;
}

/** An unsigned type could be swapped to reach another handler; the signed body shows it, where it can. */
function mismatchOf(
  sender: ExtractEventsSettings["sender"],
  row: EventRow,
  event: ReceivedEvent,
  covers: Covers,
): string | undefined {
  if (sender.typeMismatch === undefined || isCovered(row.type, covers)) return undefined;
  return sender.typeMismatch(event.type, event.payload);
}

function placeOf(field: Field): string {
  return field.in === "literal" ? "the row" : `${field.in} ${field.name}`;
}

/** What a row and the proof of a delivery say together. Both are constants, so it is made once for each pair. */
interface RowFacts {
  /** Says of each field whether the proof binds it. */
  readonly line: TraceLine;
  readonly binding: Binding;
}

function factsMaker(retriesChange: readonly string[] | undefined): (row: EventRow, covers: Covers) => RowFacts {
  const made = new WeakMap<EventRow, WeakMap<Covers, RowFacts>>();
  return (row, covers) => {
    let ofRow = made.get(row);
    if (ofRow === undefined) {
      ofRow = new WeakMap();
      made.set(row, ofRow);
    }
    let facts = ofRow.get(covers);
    if (facts === undefined) {
      facts = { line: lineOf(row, covers), binding: bindingOf(row, covers, retriesChange) };
      ofRow.set(covers, facts);
    }
    return facts;
  };
}

function lineOf(row: EventRow, covers: Covers): TraceLine {
  const describe = (name: string, field: Field | undefined): string =>
    field === undefined
      ? `no ${name}`
      : `${name} from ${placeOf(field)} (${isCovered(field, covers) ? "signed" : "not signed"})`;
  const hint = `${describe("id", row.id)}, ${describe("type", row.type)}`;
  return Object.freeze({ check: "extract-events", result: "passed", hint });
}

/** @param retriesChange - Members that differ from attempt to attempt, and so do not identify an event. */
export function bindingOf(row: EventRow, covers: Covers, retriesChange: readonly string[] = []): Binding {
  if (row.id === undefined || isCovered(row.id, covers)) return NOT_SWAPPABLE;
  const fields = covers.body ? undefined : covers.fields?.filter((path) => !retriesChange.includes(path));
  const isContentBound = covers.body || (row.each === undefined && fields !== undefined && fields.length > 0);
  if (!isContentBound) return NOT_SWAPPABLE;
  return { isIdSwappable: true, isTypeSwappable: !isCovered(row.type, covers), fields };
}
