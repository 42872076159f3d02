// Writes id, type, time and attempt into the fields that the sender's definition reads.

import { deliveryToSign } from "../auth/request/signable-request.js";
import { writeField } from "../auth/request/write-field.js";
import type { SignableRequest } from "../core/auth.js";
import type { Field } from "../core/field.js";
import { memberOf, readField } from "../core/read-field.js";
import { formatTime } from "../lib/time.js";
import type { EventRow } from "../sender/sender.js";

/** The values to write. A value that is `undefined` is not written. */
export interface EventParts {
  readonly id: string | undefined;
  /** Whether the id replaces that of the payload. */
  readonly isIdChosen: boolean;
  readonly type: string | undefined;
  readonly timeMs: number | undefined;
  readonly attempt: number | undefined;
}

/** A value and its field. */
interface Placed {
  readonly field: Field;
  readonly value: string | number;
  /** Whether it replaces the value of the payload. */
  readonly isChosen: boolean;
}

/** The events of a payload: the items of a batch; otherwise the payload itself, which may be wrapped into a batch later. */
export function itemsOf(row: EventRow, payload: unknown): readonly unknown[] {
  if (row.each === undefined) return [payload];
  const items = Array.isArray(payload) ? payload : memberOf(payload, row.each);
  return Array.isArray(items) ? items : [payload];
}

/** The part of the id that identifies the event: the last one, for CloudEvents' source and id. */
export function ownPart(field: Field<"text">): Field<"text"> {
  return field.parts?.at(-1) ?? field;
}

function valuesOf(row: EventRow, { id, isIdChosen, type, timeMs, attempt }: EventParts): Placed[] {
  // The type first: where it is also part of the id (Shopify's topic), its value is used there.
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

/** `issues.opened` is a header `issues` and a property `opened`: the first part gets the first name, the last part the rest. */
function typeValues(field: Field<"text">, type: string): Placed[] {
  if (field.in !== "dotted") return [{ field, value: type, isChosen: false }];
  const parts = field.parts ?? [];
  const names = type.split(".");
  return parts.flatMap((part, at) => {
    const value = at === parts.length - 1 ? names.slice(at).join(".") : (names[at] ?? "");
    return value === "" ? [] : [{ field: part, value, isChosen: false }];
  });
}

/** Writes the fields in headers and in the query, where they are empty. */
export function writeHead(bare: SignableRequest, row: EventRow, parts: EventParts): SignableRequest {
  let request = bare;
  for (const { field, value } of valuesOf(row, parts)) {
    if (field.in !== "header" && field.in !== "query") continue;
    if (readField(field, deliveryToSign(request), undefined) === undefined) request = writeField(request, field, value);
  }
  return request;
}

/** The payload with id, type, time and attempt in their fields. Values of the caller are not changed. */
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

/** A copy with the property at the path. */
function put(value: unknown, [name, ...rest]: readonly string[], member: unknown): unknown {
  if (name === undefined) return member;
  if (Array.isArray(value)) return value.map((item, at) => (String(at) === name ? put(item, rest, member) : item));
  const object = typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  return { ...object, [name]: put(Object.hasOwn(object, name) ? object[name] : undefined, rest, member) };
}
