// Writes id, type, time and attempt where the sender's definition reads them.

import { deliveryToSign } from "../auth/request/signable-request.js";
import { writeField } from "../auth/request/write-field.js";
import type { SignableRequest } from "../core/auth.js";
import type { Field } from "../core/field.js";
import { memberOf, readField } from "../core/read-field.js";
import { formatTime } from "../lib/time.js";
import type { EventRow } from "../sender/sender.js";

/** What is to be written. What is `undefined` is not. */
export interface EventParts {
  readonly id: string | undefined;
  /** Replaces the id of the payload. */
  readonly isIdChosen: boolean;
  readonly type: string | undefined;
  readonly timeMs: number | undefined;
  readonly attempt: number | undefined;
}

/** A value and where the row wants it. */
interface Placed {
  readonly field: Field;
  readonly value: string | number;
  /** It replaces what the payload says. */
  readonly isChosen: boolean;
}

/** The events of a payload: several of a batch; else the payload itself, or what is to be wrapped into a batch. */
export function itemsOf(row: EventRow, payload: unknown): readonly unknown[] {
  if (row.each === undefined) return [payload];
  const items = Array.isArray(payload) ? payload : memberOf(payload, row.each);
  return Array.isArray(items) ? items : [payload];
}

/** The part of the id that names the event: of CloudEvents' source and id the last. */
export function ownPart(field: Field<"text">): Field<"text"> {
  return field.parts?.at(-1) ?? field;
}

function valuesOf(row: EventRow, { id, isIdChosen, type, timeMs, attempt }: EventParts): Placed[] {
  // The type first: where it is a part of the id as well (Shopify's topic), it decides what stands there.
  const values: Placed[] = type === undefined ? [] : typeValues(row.type, type);
  if (row.id !== undefined && id !== undefined) {
    const own = ownPart(row.id);
    for (const field of row.id.parts ?? [row.id]) {
      if (field !== own && (field.isOptional || field.name === row.timestamp?.name)) continue;
      values.push({ field, value: field === own ? id : "/test", isChosen: field === own && isIdChosen });
    }
  }
  if (row.attempt !== undefined && attempt !== undefined) {
    values.push({ field: row.attempt, value: attempt, isChosen: true });
  }
  if (row.timestamp !== undefined && timeMs !== undefined) {
    const { format = "rfc3339" } = row.timestamp;
    const text = formatTime(timeMs, format);
    values.push({ field: row.timestamp, value: format === "rfc3339" ? text : Number(text), isChosen: false });
  }
  return values;
}

/** `issues.opened` is a header `issues` and a member `opened`: the first part takes the first name, the last the rest. */
function typeValues(field: Field<"text">, type: string): Placed[] {
  if (field.in !== "dotted") return [{ field, value: type, isChosen: false }];
  const parts = field.parts ?? [];
  const names = type.split(".");
  return parts.flatMap((part, at) => {
    const value = at === parts.length - 1 ? names.slice(at).join(".") : (names[at] ?? "");
    return value === "" ? [] : [{ field: part, value, isChosen: false }];
  });
}

/** What stands in headers or in the query, where nothing stands yet. */
export function writeHead(bare: SignableRequest, row: EventRow, parts: EventParts): SignableRequest {
  let request = bare;
  for (const { field, value } of valuesOf(row, parts)) {
    if (field.in !== "header" && field.in !== "query") continue;
    if (readField(field, deliveryToSign(request), undefined) === undefined) request = writeField(request, field, value);
  }
  return request;
}

/** The payload with id, type, time and attempt where the row reads them; what the caller gave stays. */
export function fill(row: EventRow, given: unknown, partsAt: (at: number) => EventParts): unknown {
  const items = itemsOf(row, given).map((item, at) => fillItem(item, valuesOf(row, partsAt(at))));
  if (row.each === undefined) return items[0];
  if (row.each === "") return items;
  const isWhole = Array.isArray(memberOf(given, row.each));
  return put(isWhole ? given : {}, row.each.split("."), items);
}

function fillItem(item: unknown, values: readonly Placed[]): unknown {
  if (typeof item !== "object" || item === null || Array.isArray(item)) return item;
  let filled: unknown = item;
  for (const { field, value, isChosen } of values) {
    if (field.in !== "json" && field.in !== "form") continue;
    if (isChosen || memberOf(filled, field.name) === undefined) filled = put(filled, field.name.split("."), value);
  }
  return filled;
}

/** A copy with the member at the path. */
function put(value: unknown, [name, ...rest]: readonly string[], member: unknown): unknown {
  if (name === undefined) return member;
  if (Array.isArray(value)) return value.map((item, at) => (String(at) === name ? put(item, rest, member) : item));
  const object = typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  return { ...object, [name]: put(Object.hasOwn(object, name) ? object[name] : undefined, rest, member) };
}
