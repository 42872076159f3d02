// Builders of fields: each says where in a delivery a value is.
import type { TimeFormat } from "../lib/time.js";

/** The place of a value in a delivery. A time also needs its format. */
export interface Field<Kind extends "text" | "time" = "text" | "time"> {
  readonly kind: Kind;
  readonly in: "header" | "json" | "form" | "query" | "literal" | "dotted";
  /** A header name (lower case), a path with dots, a form field, a query parameter, or the literal itself. */
  readonly name: string;
  /** Only of a time. */
  readonly format?: TimeFormat;
  /** Only of `dotted`. */
  readonly parts?: readonly Field<"text">[];
  /** Only of `dotted`: the value is missing where a part is missing. An id without one of its parts would merge events. */
  readonly needsAll?: true;
  /** Only of a part of `dottedAll`: its place stays empty in an event without it. */
  readonly isOptional?: true;
}

/** Creates a field from a name. With a format the field is a time, without one a string. */
export interface Locate {
  (name: string): Field<"text">;
  (name: string, format: TimeFormat): Field<"time">;
}

function locate(place: "header" | "json" | "form" | "query"): Locate {
  function field(name: string): Field<"text">;
  function field(name: string, format: TimeFormat): Field<"time">;
  function field(name: string, format?: TimeFormat): Field {
    if (typeof name !== "string" || name === "") throw new TypeError(`${place}(name): name must be a non-empty string`);
    const spelled = place === "header" ? name.toLowerCase() : name;
    return format === undefined
      ? { kind: "text", in: place, name: spelled }
      : { kind: "time", in: place, name: spelled, format };
  }
  return field;
}

/** A header, by name in any case. */
export const header: Locate = /* @__PURE__ */ locate("header");
/** A property of the JSON payload, by a path with dots: `json("data.object.id")`. */
export const json: Locate = /* @__PURE__ */ locate("json");
/** A field of the form payload. */
export const form: Locate = /* @__PURE__ */ locate("form");
/** A parameter of the URL's query. */
export const query: Locate = /* @__PURE__ */ locate("query");

/** A constant string, for senders whose events have no type of their own. */
export function literal(text: string): Field<"text"> {
  return { kind: "text", in: "literal", name: text };
}

/** Joins the parts that are present with dots. The first part is required. GitHub's `issues` and `opened` become `issues.opened`. */
export function dotted(...parts: readonly Field<"text">[]): Field<"text"> {
  return { kind: "text", in: "dotted", name: parts.map((part) => part.name).join("."), parts };
}

/** Joins the parts of an id with dots. Every part is required. CloudEvents' source and id are together one id. */
export function dottedAll(...parts: readonly Field<"text">[]): Field<"text"> {
  return { ...dotted(...parts), needsAll: true };
}

/** A part of `dottedAll` that only some events have. Its place stays empty in the others, so that ids stay distinct. */
export function ifPresent(part: Field<"text">): Field<"text"> {
  return { ...part, isOptional: true };
}
