// Event rows whose type is no value of the body: a property's name, or one beside the array of events.
import { type Field, literal } from "../../core/field.js";
import type { EventRow } from "../../sender/sender.js";

/** A kind of delivery that is not known yet: it goes to the handler of everything. */
export const UNTYPED: EventRow = { type: /* @__PURE__ */ literal("") };

/** Vendors have a few dozen names; only who holds the key can send another. */
const MAX_ROWS = 100;

/** The row for a name, made once: what the trace says of a row is kept by the row. */
export function namedRows(make: (type: Field<"text">) => EventRow): (name: string) => EventRow {
  const rows = new Map<string, EventRow>();
  return function rowOf(name) {
    const known = rows.get(name);
    if (known !== undefined) return known;
    const row = make(literal(name));
    if (rows.size < MAX_ROWS) rows.set(name, row);
    return row;
  };
}

/** The first of a JSON object's members whose name fits. */
export function memberNamed(payload: unknown, fits: (name: string) => boolean): string | undefined {
  if (typeof payload !== "object" || payload === null || Array.isArray(payload)) return undefined;
  return Object.keys(payload).find(fits);
}
