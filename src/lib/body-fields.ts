// Removes fields from a body, JSON or a form, and keeps all other bytes unchanged.
import { parseForm } from "./form.js";
import { decodeUtf8 } from "./json.js";
import { findJsonMembers, withoutMembers } from "./json-members.js";

/** A field of a body: a path with dots in JSON, where `*` is any item of an array, or a name in a form. */
export interface BodyField {
  readonly in: string;
  readonly name: string;
}

/** Compiles a function that removes the fields from a body. It returns the same bytes for a body without them. */
export function bodyWithout(fields: readonly BodyField[]): (body: Buffer) => Buffer {
  const members = fields.filter((field) => field.in === "json").map((field) => field.name.split("."));
  const names = new Set(fields.filter((field) => field.in === "form").map((field) => field.name));
  return function withoutFields(body) {
    const text = decodeUtf8(body);
    if (text === undefined) return body; // no reader of fields could have read it
    const found = findJsonMembers(text, (path) => members.some((member) => isAt(path, member)));
    const left = withoutPairs(found.length === 0 ? text : withoutMembers(text, found), names);
    return left === text ? body : Buffer.from(left, "utf8");
  };
}

function isAt(path: readonly string[], wanted: readonly string[]): boolean {
  return path.length === wanted.length && wanted.every((name, at) => name === path[at] || isItem(name, path[at]));
}

function isItem(name: string, item: string | undefined): boolean {
  return name === "*" && /^\d+$/.test(item ?? "");
}

function withoutPairs(text: string, names: ReadonlySet<string>): string {
  if (names.size === 0) return text;
  return text
    .split("&")
    .filter((pair) => !names.has(nameIn(pair)))
    .join("&");
}

/** The decoded name of a pair of a form or a query. */
export function nameIn(pair: string): string {
  return fieldIn(pair)[0];
}

/** The decoded name and value of a pair of a form or a query. */
export function fieldIn(pair: string): readonly [string, string] {
  const form = parseForm(pair);
  const [[name, value] = ["", ""]] = form.ok ? Object.entries(form.value) : [];
  return [name, String(value)];
}
