// Reads XML into plain objects, in one pass that takes time in proportion to the text.
// XML 1.0 sections 2.1 to 3.1, without document types. What parsers read differently is refused.
import { decodeUtf8, type Parsed } from "../lib/json.js";
import { unreadable } from "./format.js";

const MAX_XML_CHARS = 5_242_880;
/** Levels of elements, the root counted as 1. */
const MAX_DEPTH = 64;
/** Elements, sections and instructions. */
const MAX_ELEMENTS = 10_000;
const MAX_ATTRIBUTES = 10_000;
/** Before the name of an attribute's member. No element's name begins so. */
export const ATTRIBUTE_PREFIX = "@";
/** The member for the text of an element that has attributes or elements, too. */
export const TEXT_NAME = "#text";
/** Names that would be, or lead to, a prototype in whatever the payload is copied into. */
const PROTOTYPES: ReadonlySet<string> = /* @__PURE__ */ new Set(["__proto__", "constructor", "prototype"]);

/** Section 2.3, without the characters that JavaScript counts as white space and those beyond U+FFFF. */
const START = String.raw`A-Za-z_\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u167f\u1681-\u1fff\u200c\u200d\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufefe\uff00-\ufffd`;
const WORD = String.raw`[${START}][${START}\-.0-9\u00b7\u0300-\u036f\u203f\u2040]*`;
/** At most one prefix. Where a pattern stops, the whole text is refused: no character is looked at by two attempts. */
const QUALIFIED = `${WORD}(?::${WORD})?`;
const NAME = new RegExp(QUALIFIED, "y");
const ATTRIBUTE = new RegExp(String.raw`[ \t\r\n]+(${QUALIFIED})[ \t\r\n]*=[ \t\r\n]*(?:"([^"<]*)"|'([^'<]*)')`, "y");
const TAG_END = /[ \t\r\n]*\/?>/y;
const DECLARATION = /<\?xml(?:[ \t\r\n]+[a-z]+[ \t\r\n]*=[ \t\r\n]*(?:"[^"<>?]*"|'[^'<>?]*')){1,3}[ \t\r\n]*\?>/y;
/** Parsers differ in whether a quoted `?>` ends it. */
const INSTRUCTION = /<\?[^\s<>"'?]+[^<>"'?]*\?>/y;
const DECIMAL = /^#\d{1,7}$/;
const HEXADECIMAL = /^#x[0-9a-fA-F]{1,6}$/;
const NO_ARRAYS: ReadonlySet<string> = /* @__PURE__ */ new Set();
/** All others are of a document type. */
const NAMED: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/**
 * Elements as members, attributes as members with `@` before their name, both without prefixes; an element with nothing
 * but text as that text; what repeats as an array.
 *
 * @param arrays - Paths of elements that are arrays even where there is one.
 */
export function readXmlBody(body: Uint8Array, arrays: ReadonlySet<string> = NO_ARRAYS): Parsed<unknown> {
  const text = decodeUtf8(body);
  if (text === undefined) return unreadable("the body is not valid UTF-8");
  if (text.length > MAX_XML_CHARS) return unreadable(`the XML has more than ${MAX_XML_CHARS} characters`);
  const reader = new XmlReader(text, arrays);
  const refusal = reader.run();
  return refusal === undefined ? { ok: true, value: reader.root } : unreadable(refusal);
}

const UNENDED = "the XML ends before its elements do";
const BROKEN_TAG = "the XML has a tag that is not well-formed";
const NOT_XML = "the body is not XML";
const FOREIGN_ENTITY = "the XML has an entity that is not one of XML's own";

/** An element whose end has not come yet. */
interface OpenElement {
  /** As it stands in the text, with its prefix. */
  readonly name: string;
  readonly path: string;
  readonly members: Record<string, unknown>;
  text: string;
}

/** One pass over one text: each method either moves `#at` forward or answers a refusal, which quotes nothing of the text. */
class XmlReader {
  readonly root: Record<string, unknown> = {};
  readonly #text: string;
  readonly #arrays: ReadonlySet<string>;
  readonly #open: OpenElement[] = [];
  #at = 0;
  #elements = 0;
  #attributes = 0;

  constructor(text: string, arrays: ReadonlySet<string>) {
    this.#text = text;
    this.#arrays = arrays;
  }

  run(): string | undefined {
    while (this.#at < this.#text.length) {
      const refusal = this.#readText() ?? (this.#at < this.#text.length ? this.#readMarkup() : undefined);
      if (refusal !== undefined) return refusal;
    }
    if (this.#open.length > 0) return UNENDED;
    return this.#hasRoot ? undefined : "the body is empty, and XML was expected";
  }

  get #hasRoot(): boolean {
    return Object.keys(this.root).length > 0;
  }

  /** Up to the next tag or section; comments do not divide a text. */
  #readText(): string | undefined {
    let piece = "";
    for (;;) {
      const next = this.#text.indexOf("<", this.#at);
      const end = next < 0 ? this.#text.length : next;
      piece += this.#text.slice(this.#at, end);
      this.#at = end;
      if (!this.#starts("<!--")) break;
      if (!this.#skipTo("-->", 4)) return UNENDED;
    }
    if (piece === "") return undefined;
    const element = this.#open.at(-1);
    if (element === undefined) return piece.trim() === "" ? undefined : NOT_XML;
    const read = decoded(piece.trim());
    if (read === undefined) return FOREIGN_ENTITY;
    element.text += read;
    return undefined;
  }

  #readMarkup(): string | undefined {
    if (this.#starts("</")) return this.#closeElement();
    if (++this.#elements > MAX_ELEMENTS) return `the XML has more than ${MAX_ELEMENTS} elements`;
    if (this.#starts("<![CDATA[")) return this.#readSection();
    if (this.#starts("<!")) return "the XML has a document type or another declaration, which could define entities";
    if (!this.#starts("<?")) return this.#openElement();
    const isInstruction = (this.#at === 0 && this.#take(DECLARATION)) || this.#take(INSTRUCTION);
    return isInstruction ? undefined : "the XML has a processing instruction that parsers read differently";
  }

  #readSection(): string | undefined {
    const element = this.#open.at(-1);
    const start = this.#at + "<![CDATA[".length;
    if (element === undefined) return NOT_XML;
    if (!this.#skipTo("]]>", start - this.#at)) return UNENDED;
    element.text += withPlainBreaks(this.#text.slice(start, this.#at - "]]>".length));
    return undefined;
  }

  #openElement(): string | undefined {
    this.#at++;
    const name = this.#take(NAME)?.[0];
    if (name === undefined) return BROKEN_TAG;
    const local = localName(name);
    const parent = this.#open.at(-1);
    const path = parent === undefined ? local : `${parent.path}.${local}`;
    const element: OpenElement = { name, path, members: {}, text: "" };
    const refusal = this.#readAttributes(element);
    if (refusal !== undefined) return refusal;
    const end = this.#take(TAG_END)?.[0];
    if (end === undefined) return this.#text.includes(">", this.#at) ? BROKEN_TAG : UNENDED;
    if (PROTOTYPES.has(local)) return PROTOTYPE;
    if (parent === undefined && this.#hasRoot) return "the XML has more than one root";
    if (this.#open.length === MAX_DEPTH) return `the XML is nested more than ${MAX_DEPTH} levels deep`;
    if (end.endsWith("/>")) this.#add(element);
    else this.#open.push(element);
    return undefined;
  }

  #readAttributes({ members }: OpenElement): string | undefined {
    const names = new Set<string>();
    for (let found = this.#take(ATTRIBUTE); found !== null; found = this.#take(ATTRIBUTE)) {
      const [, name = "", double, single = ""] = found;
      const local = localName(name);
      if (++this.#attributes > MAX_ATTRIBUTES) return `the XML has more than ${MAX_ATTRIBUTES} attributes`;
      if (names.has(name)) return "the XML has an attribute twice in one tag";
      if (PROTOTYPES.has(local)) return PROTOTYPE;
      names.add(name);
      const value = decoded((double ?? single).trim());
      if (value === undefined) return FOREIGN_ENTITY;
      if (name !== "xmlns" && !name.startsWith("xmlns:")) members[ATTRIBUTE_PREFIX + local] = value;
    }
    return undefined;
  }

  #closeElement(): string | undefined {
    this.#at += 2;
    const name = this.#take(NAME)?.[0];
    const end = this.#take(TAG_END)?.[0];
    if (name === undefined || end === undefined || end.endsWith("/>")) return BROKEN_TAG;
    const element = this.#open.pop();
    if (element?.name !== name) return "the XML closes an element that was not open";
    this.#add(element);
    return undefined;
  }

  #add({ name, path, members, text }: OpenElement): void {
    const local = localName(name);
    const parent = this.#open.at(-1)?.members ?? this.root;
    const isText = Object.keys(members).length === 0;
    if (!isText && text !== "") members[TEXT_NAME] = text;
    const value = isText ? text : members;
    const earlier = Object.hasOwn(parent, local) ? parent[local] : undefined;
    if (Array.isArray(earlier)) earlier.push(value);
    else if (earlier !== undefined) parent[local] = [earlier, value];
    else parent[local] = this.#arrays.has(path) ? [value] : value;
  }

  #starts(mark: string): boolean {
    return this.#text.startsWith(mark, this.#at);
  }

  #skipTo(mark: string, from: number): boolean {
    const end = this.#text.indexOf(mark, this.#at + from);
    if (end >= 0) this.#at = end + mark.length;
    return end >= 0;
  }

  /** @param pattern - With the flag y. */
  #take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match !== null) this.#at += match[0].length;
    return match;
  }
}

const PROTOTYPE = "the XML has a name that would replace the prototype of whatever it is copied into";

function localName(name: string): string {
  return name.slice(name.indexOf(":") + 1);
}

/** With its references replaced, once; `undefined` where one is not of XML itself, or of no character. */
function decoded(text: string): string | undefined {
  const plain = withPlainBreaks(text);
  let read = "";
  let from = 0;
  for (let at = plain.indexOf("&"); at >= 0; at = plain.indexOf("&", from)) {
    const end = plain.indexOf(";", at);
    const character = end < 0 ? undefined : characterOf(plain.slice(at + 1, end));
    if (character === undefined) return undefined;
    read += plain.slice(from, at) + character;
    from = end + 1;
  }
  return from === 0 ? plain : read + plain.slice(from);
}

/** What stands between `&` and `;`: one of XML's five names, or the number of a character. */
function characterOf(reference: string): string | undefined {
  if (!reference.startsWith("#")) return Object.hasOwn(NAMED, reference) ? NAMED[reference] : undefined;
  const isNumber = DECIMAL.test(reference) || HEXADECIMAL.test(reference);
  const code = isNumber ? Number(reference.replace("#x", "0x").replace("#", "")) : Number.NaN;
  return isCharacter(code) ? String.fromCodePoint(code) : undefined;
}

/** Section 2.2. */
function isCharacter(code: number): boolean {
  if (code < 0x20) return code === 0x9 || code === 0xa || code === 0xd;
  return code <= 0xd7ff || (code >= 0xe000 && code <= 0xfffd) || (code >= 0x1_0000 && code <= 0x10_ffff);
}

/** Section 2.11. */
function withPlainBreaks(text: string): string {
  return text.includes("\r") ? text.replaceAll("\r\n", "\n").replaceAll("\r", "\n") : text;
}
