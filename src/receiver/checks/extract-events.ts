// Which events does the delivery hold? Zero to n, each with its id and type from where the sender's row says.
import type { Covers } from "../../core/auth.js";
import type { Delivery } from "../../core/delivery.js";
import { type EventOrigin, ReceivedEvent } from "../../core/event.js";
import { type Field, isCovered, memberOf, readField } from "../../core/field.js";
import type { Ending } from "../../core/outcome.js";
import type { TraceLine } from "../../core/trace.js";
import { parseTime } from "../../lib/time.js";
import type { EventRow, SenderDefinition } from "../../sender/sender.js";
import type { MalformedItem, Passage, Step } from "./check.js";

/** Ids and types longer than this are none: they would only serve to fill stores and logs. */
const MAX_TEXT_LENGTH = 512;

export interface IdentifySettings {
  readonly sender: Pick<SenderDefinition, "name" | "event" | "typeMismatch">;
  readonly credentialHeaders: ReadonlySet<string>;
}

export function identifyStep({ sender, credentialHeaders }: IdentifySettings): Step {
  const { event: rows } = sender;
  const lineOf = lineMaker();
  return function identify(passage) {
    const { delivery, payload, proof } = passage;
    if (proof === undefined) throw new Error("identify: asked before the proof");
    const row = typeof rows === "function" ? rows(delivery, payload) : rows;
    if (row === undefined) return refuse(passage, "none of the kinds of delivery this sender is known to send");
    const items = row.each === undefined ? [payload] : row.each === "" ? payload : memberOf(payload, row.each);
    if (!Array.isArray(items)) return refuse(passage, `no array of events at ${JSON.stringify(row.each)}`);
    const origin: EventOrigin = {
      delivery,
      sender: sender.name,
      tenant: proof.tenant,
      verified: proof.isVerified !== false,
      receivedAtMs: passage.receivedAtMs,
      credentialHeaders,
    };
    const events: ReceivedEvent[] = [];
    const malformed: MalformedItem[] = [];
    for (const [at, item] of (items as unknown[]).entries()) {
      const event = readEvent(row, delivery, item, origin);
      if (typeof event === "string") {
        malformed.push({ at, hint: event });
        continue;
      }
      events.push(event);
      const mismatch = mismatchOf(sender, row, event, proof.covers);
      if (mismatch !== undefined) return refuse(passage, mismatch);
    }
    // One bad item never fails its neighbours; nothing but bad items is a bad delivery.
    const problem = malformed[0]?.hint;
    if (problem !== undefined && events.length === 0) return refuse(passage, problem);
    passage.events = events;
    passage.malformed = malformed;
    passage.isIdCovered = row.id === undefined || isCovered(row.id, proof.covers);
    passage.trace.add(
      problem === undefined
        ? lineOf(row, proof.covers)
        : { check: "identify", verdict: "noted", hint: `skipped an item: ${problem}` },
    );
    return undefined;
  };
}

function refuse(passage: Passage, hint: string): Ending {
  passage.trace.add({ check: "identify", verdict: "refused", hint });
  return { name: "unidentified", hint };
}

/** An event, or why it is none. */
function readEvent(row: EventRow, delivery: Delivery, item: unknown, origin: EventOrigin): ReceivedEvent | string {
  const given = readField(row.type, delivery, item);
  const type = given === undefined ? row.defaultType : textOf(given);
  if (type === undefined) return `no usable type in ${placeOf(row.type)}`;
  let id: string | undefined;
  if (row.id !== undefined) {
    id = textOf(readField(row.id, delivery, item));
    if (id === undefined) return `no usable id in ${placeOf(row.id)}`;
  }
  return new ReceivedEvent(origin, {
    id,
    type,
    payload: item,
    isPart: row.each !== undefined,
    timestamp:
      row.timestamp === undefined ? undefined : timeOf(row.timestamp, readField(row.timestamp, delivery, item)),
    attempt: row.attempt === undefined ? undefined : countOf(readField(row.attempt, delivery, item)),
  });
}

/** A text of 1 to 512 characters that is not blank, or a safe integer; anything else would merge ids that differ. */
function textOf(value: unknown): string | undefined {
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

/** An unsigned type could be swapped to reach another handler; the signed body tells, where it can. */
function mismatchOf(
  sender: IdentifySettings["sender"],
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

/** Says of each field whether the proof binds it. Rows and covers are constants, so the line is made once for each pair. */
function lineMaker(): (row: EventRow, covers: Covers) => TraceLine {
  const made = new WeakMap<EventRow, WeakMap<Covers, TraceLine>>();
  return (row, covers) => {
    let ofRow = made.get(row);
    if (ofRow === undefined) {
      ofRow = new WeakMap();
      made.set(row, ofRow);
    }
    let line = ofRow.get(covers);
    if (line === undefined) {
      const describe = (name: string, field: Field | undefined): string =>
        field === undefined
          ? `no ${name}`
          : `${name} from ${placeOf(field)} (${isCovered(field, covers) ? "signed" : "not signed"})`;
      line = Object.freeze({
        check: "identify",
        verdict: "passed",
        hint: `${describe("id", row.id)}, ${describe("type", row.type)}`,
      });
      ofRow.set(covers, line);
    }
    return line;
  };
}
