// Locators: where in a delivery a value is, and whether the signature covers it.

import type { Once } from "../lib/headers.js";
import type { TimeFormat } from "../lib/time.js";
import type { Covers } from "./auth.js";
import { type Delivery, queryParameter } from "./delivery.js";

/** Where a value is found. A time cannot be located without saying how it is written. */
export interface Field<Kind extends "text" | "time" = "text" | "time"> {
  readonly kind: Kind;
  readonly in: "header" | "json" | "form" | "query" | "literal" | "dotted";
  /** A header name (lower case), a path with dots, a form field, a query parameter, or the literal itself. */
  readonly name: string;
  /** Only of a time. */
  readonly format?: TimeFormat;
  /** Only of `dotted`. */
  readonly parts?: readonly Field<"text">[];
  /** Only of `dotted`: where one part is missing, so is the whole. An id with a part left out would merge events. */
  readonly needsAll?: true;
  /** Only of a part of `dottedAll`: its place stays empty where an event lacks it. */
  readonly isOptional?: true;
}

/** Makes a field from a name. With a format the field is a time, without one a text. */
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
/** A member of the JSON payload, by a path with dots: `json("data.object.id")`. */
export const json: Locate = /* @__PURE__ */ locate("json");
/** A field of the form payload. */
export const form: Locate = /* @__PURE__ */ locate("form");
/** A parameter of the URL's query. */
export const query: Locate = /* @__PURE__ */ locate("query");

/** Always the same text, for senders whose events have no type of their own. */
export function literal(text: string): Field<"text"> {
  return { kind: "text", in: "literal", name: text };
}

/** The parts that are there, joined by dots; the first is required: GitHub's `issues` and `opened` are `issues.opened`. */
export function dotted(...parts: readonly Field<"text">[]): Field<"text"> {
  return { kind: "text", in: "dotted", name: parts.map((part) => part.name).join("."), parts };
}

/** As `dotted`, for ids: every part must be there. CloudEvents' source and id are one. */
export function dottedAll(...parts: readonly Field<"text">[]): Field<"text"> {
  return { ...dotted(...parts), needsAll: true };
}

/** A part of `dottedAll` that only some events have. Its place stays empty in the others, so that no two ids become one. */
export function ifPresent(part: Field<"text">): Field<"text"> {
  return { ...part, isOptional: true };
}

/** Whether the proof binds the value, so that a replayer cannot change it. A literal is ours, hence bound. */
export function isCovered(field: Field, covers: Covers): boolean {
  switch (field.in) {
    case "literal":
      return true;
    case "header":
      return covers.headers.includes(field.name);
    case "query":
      return covers.url;
    case "json":
    case "form":
      return covers.body || (covers.fields?.includes(field.name) ?? false);
    case "dotted":
      return (field.parts ?? []).every((part) => isCovered(part, covers));
  }
}

/** The raw value of a field; `undefined` where it is absent. Own properties only. */
export function readField(field: Field, delivery: Delivery, payload: unknown): unknown {
  switch (field.in) {
    case "literal":
      return field.name;
    case "header":
      return textIn(delivery.headers.once(field.name));
    case "query":
      return textIn(queryParameter(delivery.url, field.name));
    case "json":
    case "form":
      return memberOf(payload, field.name);
    case "dotted": {
      const parts = field.parts ?? [];
      const texts = parts.map((part) => readField(part, delivery, payload));
      if (field.needsAll) {
        const isWhole = texts.every((text, at) => isNamePart(text) || (parts[at]?.isOptional && isAbsent(text)));
        return isWhole ? texts.join(".") : undefined;
      }
      if (texts[0] === undefined) return undefined;
      return texts.filter((text) => typeof text === "string" && text !== "").join(".");
    }
  }
}

/** What came more than once names nothing. */
function textIn(value: Once): string | undefined {
  return typeof value === "symbol" ? undefined : value;
}

/** A number beyond the safe integers is not the one that was sent. */
function isNamePart(value: unknown): boolean {
  if (typeof value === "number") return Math.abs(value) <= Number.MAX_SAFE_INTEGER;
  return typeof value === "boolean" || (typeof value === "string" && value !== "");
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || value === "";
}

/** The member at a path with dots, own properties only, so that `constructor` is never found. */
export function memberOf(value: unknown, path: string): unknown {
  let at: unknown = value;
  for (const name of path.includes(".") ? path.split(".") : [path]) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, name)) return undefined;
    at = (at as Record<string, unknown>)[name];
  }
  return at;
}
