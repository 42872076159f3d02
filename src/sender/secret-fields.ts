// Takes secrets out of a proven body: fields that the sender's proof or one of its handshakes declares.
import type { WrittenPlace } from "../core/auth.js";
import { parseForm } from "../lib/form.js";
import { decodeUtf8 } from "../lib/json.js";
import { findJsonMembers, withoutMembers } from "../lib/json-members.js";
import type { SenderDefinition } from "./sender.js";

/** Where deliveries of this sender hold secrets as they are: in the body, the query, or a header. */
export function secretFieldsOf({ auth, handshakes = [] }: SenderDefinition): readonly WrittenPlace[] {
  return [...(auth.secretFields ?? []), ...handshakes.flatMap((handshake) => handshake.secretFields ?? [])];
}

/** What takes the secrets out of a body; `undefined` where the sender has none there. Of a body without any it answers the same bytes. */
export function bodyCleaner(fields: readonly WrittenPlace[]): ((body: Buffer) => Buffer) | undefined {
  const members = fields.filter((field) => field.in === "json").map((field) => field.name.split("."));
  const names = new Set(fields.filter((field) => field.in === "form").map((field) => field.name));
  if (members.length === 0 && names.size === 0) return undefined;
  return function withoutSecrets(body) {
    const text = decodeUtf8(body);
    if (text === undefined) return body; // the proof could not have read it either
    const found = findJsonMembers(text, (path) => members.some((member) => isAt(path, member)));
    const left = withoutPairs(found.length === 0 ? text : withoutMembers(text, found), names);
    return left === text ? body : Buffer.from(left, "utf8");
  };
}

/** `*` is any item of an array. */
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

/** The name of a pair of a form or a query, as it was meant. */
export function nameIn(pair: string): string {
  return fieldIn(pair)[0];
}

/** Name and value of a pair of a form or a query, as they were meant. */
export function fieldIn(pair: string): readonly [string, string] {
  const form = parseForm(pair);
  const [[name, value] = ["", ""]] = form.ok ? Object.entries(form.value) : [];
  return [name, String(value)];
}
