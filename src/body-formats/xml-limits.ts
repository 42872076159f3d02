// Checks in one linear pass that a text is XML of a limited size that every parser reads in the same way.
// XML 1.0 sections 2.1 to 3.1, without document types. A text that parsers read differently is refused before it is parsed.

const MAX_XML_CHARS = 5_242_880;
/** Levels of elements, the root counted as 1. */
const MAX_DEPTH = 64;
/** Elements, sections and instructions. */
const MAX_ELEMENTS = 10_000;
const MAX_ATTRIBUTES = 10_000;
/** Names that would be, or lead to, a prototype in whatever the payload is copied into. */
const PROTOTYPES: ReadonlySet<string> = /* @__PURE__ */ new Set(["__proto__", "constructor", "prototype"]);

const FOREIGN_ENTITY = /&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9a-fA-F]{1,6});)/;
/** Section 2.3, without the characters that JavaScript counts as white space and those beyond U+FFFF. */
const START = String.raw`A-Za-z_\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u167f\u1681-\u1fff\u200c\u200d\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufefe\uff00-\ufffd`;
const WORD = String.raw`[${START}][${START}\-.0-9\u00b7\u0300-\u036f\u203f\u2040]*`;
/** At most one prefix. Where a pattern stops, the whole text is refused: no character is looked at by two attempts. */
const QUALIFIED = `${WORD}(?::${WORD})?`;
const NAME = new RegExp(QUALIFIED, "y");
const ATTRIBUTE = new RegExp(String.raw`[ \t\r\n]+(${QUALIFIED})[ \t\r\n]*=[ \t\r\n]*("[^"<]*"|'[^'<]*')`, "y");
const TAG_END = /[ \t\r\n]*\/?>/y;
const DECLARATION = /<\?xml(?:[ \t\r\n]+[a-z]+[ \t\r\n]*=[ \t\r\n]*(?:"[^"<>?]*"|'[^'<>?]*')){1,3}[ \t\r\n]*\?>/y;
/** Parsers differ in whether a quoted `?>` ends it. */
const INSTRUCTION = /<\?[^\s<>"'?]+[^<>"'?]*\?>/y;

const UNENDED = "the XML ends before its elements do";
const BROKEN_TAG = "the XML has a tag that is not well-formed";
const NOT_XML = "the body is not XML";
const DOCTYPE = "the XML has a document type or another declaration, which could define entities";

/** The reason for a refusal; `undefined` where a parser may read the text. Quotes nothing of the text. */
export function refuseXml(text: string): string | undefined {
  if (text.length > MAX_XML_CHARS) return `the XML has more than ${MAX_XML_CHARS} characters`;
  return new XmlScan(text).run();
}

/** One pass over one text: each method either moves `#at` forward or refuses. */
class XmlScan {
  readonly #text: string;
  readonly #open: string[] = [];
  #at = 0;
  #elements = 0;
  #attributes = 0;
  #hasRoot = false;

  constructor(text: string) {
    this.#text = text;
  }

  run(): string | undefined {
    while (this.#at < this.#text.length) {
      const refusal = this.#skipText() ?? (this.#at < this.#text.length ? this.#skipMarkup() : undefined);
      if (refusal !== undefined) return refusal;
    }
    if (this.#open.length > 0) return UNENDED;
    return this.#hasRoot ? undefined : "the body is empty, and XML was expected";
  }

  #skipText(): string | undefined {
    const next = this.#text.indexOf("<", this.#at);
    const piece = this.#text.slice(this.#at, next < 0 ? this.#text.length : next);
    this.#at += piece.length;
    if (this.#open.length === 0 && piece.trim() !== "") return NOT_XML;
    return refuseEntities(piece);
  }

  #skipMarkup(): string | undefined {
    if (this.#starts("</")) return this.#closeElement();
    if (this.#starts("<!--")) return this.#skipTo("-->", 4);
    if (++this.#elements > MAX_ELEMENTS) return `the XML has more than ${MAX_ELEMENTS} elements`;
    if (this.#starts("<![CDATA[")) return this.#open.length === 0 ? NOT_XML : this.#skipTo("]]>", 9);
    if (this.#starts("<!")) return DOCTYPE;
    if (!this.#starts("<?")) return this.#openElement();
    const isInstruction = (this.#at === 0 && this.#take(DECLARATION)) || this.#take(INSTRUCTION);
    return isInstruction ? undefined : "the XML has a processing instruction that parsers read differently";
  }

  #openElement(): string | undefined {
    this.#at++;
    const name = this.#take(NAME)?.[0];
    if (name === undefined) return BROKEN_TAG;
    const names = new Set<string>();
    for (let found = this.#take(ATTRIBUTE); found !== null; found = this.#take(ATTRIBUTE)) {
      const [, attribute = "", value = ""] = found;
      if (++this.#attributes > MAX_ATTRIBUTES) return `the XML has more than ${MAX_ATTRIBUTES} attributes`;
      if (names.has(attribute)) return "the XML has an attribute twice in one tag";
      names.add(attribute);
      const refusal = refuseEntities(value);
      if (refusal !== undefined) return refusal;
    }
    const end = this.#take(TAG_END)?.[0];
    if (end === undefined) return this.#text.includes(">", this.#at) ? BROKEN_TAG : UNENDED;
    if (isPrototype(name) || [...names].some(isPrototype)) {
      return "the XML has a name that would replace the prototype of whatever it is copied into";
    }
    if (this.#open.length === 0 && this.#hasRoot) return "the XML has more than one root";
    if (this.#open.length === MAX_DEPTH) return `the XML is nested more than ${MAX_DEPTH} levels deep`;
    this.#hasRoot = true;
    if (!end.endsWith("/>")) this.#open.push(name);
    return undefined;
  }

  #closeElement(): string | undefined {
    this.#at += 2;
    const name = this.#take(NAME)?.[0];
    const end = this.#take(TAG_END)?.[0];
    if (name === undefined || end === undefined || end.endsWith("/>")) return BROKEN_TAG;
    return this.#open.pop() === name ? undefined : "the XML closes an element that was not open";
  }

  #starts(mark: string): boolean {
    return this.#text.startsWith(mark, this.#at);
  }

  #skipTo(mark: string, from: number): string | undefined {
    const end = this.#text.indexOf(mark, this.#at + from);
    if (end < 0) return UNENDED;
    this.#at = end + mark.length;
    return undefined;
  }

  /** @param pattern - With the flag y. */
  #take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match !== null) this.#at += match[0].length;
    return match;
  }
}

function refuseEntities(text: string): string | undefined {
  return FOREIGN_ENTITY.test(text) ? "the XML has an entity that is not one of XML's own" : undefined;
}

function isPrototype(name: string): boolean {
  return PROTOTYPES.has(name.slice(name.indexOf(":") + 1));
}
