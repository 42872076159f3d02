// Parses the structured fields (RFC 8941) that signatures use: dictionaries of byte sequences and of inner lists with
// strings, tokens, integers, booleans and byte sequences. Decimals, dates and display strings are refused. Stricter than the
// RFC in one point: repeated keys are refused, because parsers differ in which one they use.
import { decodeCanonical } from "../request/encoding.js";

export type BareItem =
  | { readonly kind: "string" | "token"; readonly value: string }
  | { readonly kind: "integer"; readonly value: number }
  | { readonly kind: "boolean"; readonly value: boolean }
  | { readonly kind: "bytes"; readonly value: Buffer };

export type Params = ReadonlyMap<string, BareItem>;
export interface Item {
  readonly value: BareItem;
  readonly params: Params;
}
export interface InnerList {
  readonly items: readonly Item[];
  readonly params: Params;
}
export type Member = Item | InnerList;

/** A field with a few signatures has less than 2 KB. */
const MAX_CHARS = 16_384;
const KEY = /[a-z*][a-z0-9_.*-]*/y;
const INTEGER = /-?\d{1,15}(?![\d.])/y;
const STRING = /"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"/y;
const TOKEN = /[A-Za-z*][!#$%&'*+.^_`|~0-9A-Za-z:/-]*/y;
const BYTES = /:([A-Za-z0-9+/]*={0,2}):/y;
const BOOLEAN = /\?([01])/y;
const OPTIONAL_SPACES = / */y;
const OPTIONAL_WHITE_SPACE = /[ \t]*/y;

/** The members of a dictionary in their order. `undefined` if the text is not a dictionary. */
export function parseDictionary(text: string): ReadonlyMap<string, Member> | undefined {
  if (text.length > MAX_CHARS) return undefined;
  const reader = new Reader(trimSpaces(text));
  const members = new Map<string, Member>();
  for (;;) {
    const key = reader.take(KEY)?.[0];
    if (key === undefined || members.has(key)) return undefined;
    const member = reader.skip("=") ? readMember(reader) : withParams(reader, { kind: "boolean", value: true });
    if (member === undefined) return undefined;
    members.set(key, member);
    reader.take(OPTIONAL_WHITE_SPACE);
    if (reader.isAtEnd) return members;
    if (!reader.skip(",")) return undefined;
    reader.take(OPTIONAL_WHITE_SPACE);
  }
}

/** Removes spaces and tabs at both ends. `trim` would remove more, and a RegExp could take quadratic time. */
export function trimSpaces(text: string): string {
  const isSpace = (at: number) => text[at] === " " || text[at] === "\t";
  let start = 0;
  let end = text.length;
  while (start < end && isSpace(start)) start++;
  while (end > start && isSpace(end - 1)) end--;
  return text.slice(start, end);
}

export function isInnerList(member: Member): member is InnerList {
  return "items" in member;
}

/** The canonical spelling of an inner list with its parameters. */
export function serializeInnerList({ items, params }: InnerList): string {
  return `(${items.map(serializeItem).join(" ")})${serializeParams(params)}`;
}

export function serializeMember(member: Member): string {
  return isInnerList(member) ? serializeInnerList(member) : serializeItem(member);
}

export function serializeItem({ value, params }: Item): string {
  return serializeBare(value) + serializeParams(params);
}

class Reader {
  readonly #text: string;
  #at = 0;
  constructor(text: string) {
    this.#text = text;
  }
  get isAtEnd(): boolean {
    return this.#at >= this.#text.length;
  }
  skip(text: string): boolean {
    if (!this.#text.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }
  /** @param pattern - With the flag y. */
  take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match !== null) this.#at += match[0].length;
    return match;
  }
}

function readMember(reader: Reader): Member | undefined {
  if (!reader.skip("(")) return readItem(reader);
  const items: Item[] = [];
  for (;;) {
    const isApart = (reader.take(OPTIONAL_SPACES)?.[0] ?? "") !== "";
    if (reader.skip(")")) {
      const params = readParams(reader);
      return params === undefined ? undefined : { items, params };
    }
    if (items.length > 0 && !isApart) return undefined;
    const item = readItem(reader);
    if (item === undefined) return undefined;
    items.push(item);
  }
}

function readItem(reader: Reader): Item | undefined {
  const value = readBare(reader);
  return value === undefined ? undefined : withParams(reader, value);
}

function withParams(reader: Reader, value: BareItem): Item | undefined {
  const params = readParams(reader);
  return params === undefined ? undefined : { value, params };
}

function readParams(reader: Reader): Params | undefined {
  const params = new Map<string, BareItem>();
  while (reader.skip(";")) {
    reader.take(OPTIONAL_SPACES);
    const key = reader.take(KEY)?.[0];
    if (key === undefined || params.has(key)) return undefined;
    const value: BareItem | undefined = reader.skip("=") ? readBare(reader) : { kind: "boolean", value: true };
    if (value === undefined) return undefined;
    params.set(key, value);
  }
  return params;
}

function readBare(reader: Reader): BareItem | undefined {
  const text = reader.take(STRING)?.[1];
  if (text !== undefined) return { kind: "string", value: text.replace(/\\(["\\])/g, "$1") };
  const digits = reader.take(INTEGER)?.[0];
  if (digits !== undefined) return { kind: "integer", value: Number(digits) };
  const encoded = reader.take(BYTES)?.[1];
  if (encoded !== undefined) {
    const bytes = encoded === "" ? Buffer.alloc(0) : decodeCanonical(encoded, "base64");
    return bytes === undefined ? undefined : { kind: "bytes", value: bytes };
  }
  const flag = reader.take(BOOLEAN)?.[1];
  if (flag !== undefined) return { kind: "boolean", value: flag === "1" };
  const token = reader.take(TOKEN)?.[0];
  return token === undefined ? undefined : { kind: "token", value: token };
}

function serializeParams(params: Params): string {
  let text = "";
  for (const [key, value] of params) {
    text += value.kind === "boolean" && value.value ? `;${key}` : `;${key}=${serializeBare(value)}`;
  }
  return text;
}

function serializeBare(item: BareItem): string {
  switch (item.kind) {
    case "string":
      return `"${item.value.replace(/["\\]/g, "\\$&")}"`;
    case "bytes":
      return `:${item.value.toString("base64")}:`;
    case "boolean":
      return item.value ? "?1" : "?0";
    default:
      return String(item.value);
  }
}
