// Reads the value of a field from a delivery, and says whether the signature covers it.
import type { Once } from "../lib/headers.js";
import type { Covers } from "./auth.js";
import { type Delivery, queryParameter } from "./delivery.js";
import type { Field } from "./field.js";

/** Whether the signature covers the field, so that a replayer cannot change it. A literal is not sent, so it counts as covered. */
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

/** A value that is given more than once counts as absent. */
function textIn(value: Once): string | undefined {
  return typeof value === "symbol" ? undefined : value;
}

/** A number beyond the safe integers differs from the number that was sent. */
function isNamePart(value: unknown): boolean {
  if (typeof value === "number") return Math.abs(value) <= Number.MAX_SAFE_INTEGER;
  return typeof value === "boolean" || (typeof value === "string" && value !== "");
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || value === "";
}

/** The property at a path with dots. Own properties only, so that `constructor` is never found. */
export function memberOf(value: unknown, path: string): unknown {
  let at: unknown = value;
  for (const name of path.includes(".") ? path.split(".") : [path]) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, name)) return undefined;
    at = (at as Record<string, unknown>)[name];
  }
  return at;
}
