// Parses JSON bodies into values that are safe to read and copy.
// RFC 8259 by JSON.parse, with more rules: valid UTF-8, at most 64 levels, no property that could replace a prototype.

import { isAscii } from "node:buffer";
import { asBuffer } from "./bytes.js";

/** The largest number of nested arrays and objects. Webhooks have fewer than ten; recursive consumers fail at thousands. */
export const MAX_JSON_DEPTH = 64;
/**
 * Parsing one level of nesting takes about 0.1 µs, and a megabyte of levels 110 ms. With fewer brackets than this the text is
 * parsed first and the value checked afterwards, which is ten times faster than scanning the text.
 */
const MAX_UNSCANNED_BRACKETS = 30_000;
/** A shorter text is not searched for brackets: even with nothing else in it, parsing it takes 25 ms, and it is authenticated. */
const MAX_UNSEARCHED_LENGTH = 262_144;

export type Parsed<Value> =
  | { readonly ok: true; readonly value: Value }
  /** The hint is for the operator and quotes nothing of the body. */
  | { readonly ok: false; readonly hint: string };

const TOO_DEEP: Parsed<never> = /* @__PURE__ */ failed(`the JSON is nested more than ${MAX_JSON_DEPTH} levels deep`);
const PROTO: Parsed<never> = /* @__PURE__ */ failed(
  'the JSON has a member named "__proto__", which would replace the prototype of whatever it is copied into',
);
const CONSTRUCTOR: Parsed<never> = /* @__PURE__ */ failed(
  'the JSON has a member "constructor" with a "prototype" of its own, which a deep merge would write into Object',
);

const NOTHING: object = {};
/** Shared, since a decoder without `stream` has no state between calls. A byte order mark is removed. */
const UTF_8 = /* @__PURE__ */ new TextDecoder("utf-8", { fatal: true });

/** The text of UTF-8 bytes without a byte order mark; `undefined` where they are not UTF-8, since nothing is replaced silently. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  // Most bodies are ASCII, which is the same in Latin-1 and decodes three times faster as that.
  if (isAscii(bytes)) return asBuffer(bytes).toString("latin1");
  try {
    return UTF_8.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Parses a body. The result has own properties of plain objects only; of a repeated name the last one counts, as in JSON.parse. */
export function parseJson(bytes: Uint8Array): Parsed<unknown> {
  if (bytes.length === 0) return failed("the body is empty, and JSON was expected");
  const text = decodeUtf8(bytes);
  return text === undefined ? failed("the body is not valid UTF-8, as JSON must be") : parseJsonText(text);
}

/** Parses a JSON text that is already decoded, such as a form field. */
export function parseJsonText(text: string): Parsed<unknown> {
  if (hasManyBrackets(text) && isDeep(text)) return TOO_DEEP;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return failed(`the body is not JSON${positionOf(error)}`);
  }
  return refusalOf(value, MAX_JSON_DEPTH, isPrototypeExtended()) ?? { ok: true, value };
}

function failed(hint: string): Parsed<never> {
  return { ok: false, hint };
}

/** V8 quotes the text in its message. Only the position may be logged. */
function positionOf(error: unknown): string {
  const position = error instanceof Error ? /at position (\d+)/.exec(error.message)?.[1] : undefined;
  return position === undefined ? "" : ` (at position ${position})`;
}

/** Checks the parsed value and not the text: JSON.parse has decoded all escapes. */
function refusalOf(value: unknown, levelsLeft: number, hasStrangers: boolean): Parsed<never> | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (levelsLeft === 0) return TOO_DEEP;
  if (Array.isArray(value)) {
    for (let at = 0; at < value.length; at++) {
      const item: unknown = value[at];
      if (typeof item !== "object" || item === null) continue;
      const refusal = refusalOf(item, levelsLeft - 1, hasStrangers);
      if (refusal !== undefined) return refusal;
    }
    return undefined;
  }
  // for-in is several times faster than Object.keys. Properties that an application added to Object.prototype are skipped below.
  for (const name in value) {
    if (name === "__proto__") return PROTO;
    const member: unknown = (value as Record<string, unknown>)[name];
    if (typeof member !== "object" || member === null || (hasStrangers && !Object.hasOwn(value, name))) continue;
    if (name === "constructor" && Object.hasOwn(member, "prototype")) return CONSTRUCTOR;
    const refusal = refusalOf(member, levelsLeft - 1, hasStrangers);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

/** Whether an application has added enumerable properties to Object.prototype. Checked once per text instead of per property. */
function isPrototypeExtended(): boolean {
  for (const _ in NOTHING) return true;
  return false;
}

/** An upper bound of the depth, which takes a tenth of the time of parsing. Brackets in strings count too. */
function hasManyBrackets(text: string): boolean {
  if (text.length <= MAX_UNSEARCHED_LENGTH) return false;
  let count = 0;
  for (const bracket of ["{", "["]) {
    for (let at = text.indexOf(bracket); at >= 0; at = text.indexOf(bracket, at + 1)) {
      if (++count > MAX_UNSCANNED_BRACKETS) return true;
    }
  }
  return false;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Whether brackets outside of strings are nested too deep. A text that is not JSON is left to the parser. */
function isDeep(text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at + 1);
    else if (code === 0x5b || code === 0x7b) {
      if (++depth > MAX_JSON_DEPTH) return true;
    } else if (code === 0x5d || code === 0x7d) depth--;
  }
  return false;
}

function endOfString(text: string, from: number): number {
  let at = from;
  while (at < text.length && text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at;
}
