// Is this text XML that may be given to a parser at all? One pass, before anything is built of it.

const MAX_XML_CHARS = 5_242_880;
/** Levels of elements, the root counted as 1. */
const MAX_DEPTH = 64;
const MAX_ELEMENTS = 10_000;
/** Names that would be, or lead to, a prototype in whatever the payload is copied into. */
const PROTOTYPES: ReadonlySet<string> = /* @__PURE__ */ new Set(["__proto__", "constructor", "prototype"]);
const ENTITY = /&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9a-fA-F]{1,6});)/;
const NAME = /^[^\s/>=]+/;
const ATTRIBUTE_NAME = /[\s"']([^\s"'=<>/]+)\s*=/g;

/** Why not; `undefined` where it may. Quotes nothing of the text. */
export function refuseXml(text: string): string | undefined {
  if (text.length > MAX_XML_CHARS) return `the XML has more than ${MAX_XML_CHARS} characters`;
  if (!/\S/.test(text)) return "the body is empty, and XML was expected";
  let depth = 0;
  let elements = 0;
  let roots = 0;
  for (let at = text.indexOf("<"); at >= 0; at = text.indexOf("<", at)) {
    if (text.startsWith("<!--", at)) {
      at = after(text, "-->", at + 4);
      if (at < 0) return UNENDED;
      continue;
    }
    if (text.startsWith("<![CDATA[", at)) {
      at = after(text, "]]>", at + 9);
      if (at < 0) return UNENDED;
      continue;
    }
    if (text.startsWith("<!", at))
      return "the XML has a document type or another declaration, which could define entities";
    if (text.startsWith("<?", at)) {
      at = after(text, "?>", at + 2);
      if (at < 0) return UNENDED;
      continue;
    }
    const end = tagEnd(text, at + 1);
    if (end < 0) return UNENDED;
    const inner = text.slice(at + 1, end);
    at = end + 1;
    if (inner.startsWith("/")) {
      if (--depth < 0) return "the XML closes an element that was not open";
      continue;
    }
    const refusal = refuseNames(inner);
    if (refusal !== undefined) return refusal;
    if (++elements > MAX_ELEMENTS) return `the XML has more than ${MAX_ELEMENTS} elements`;
    if (depth === 0 && ++roots > 1) return "the XML has more than one root";
    if (depth + 1 > MAX_DEPTH) return `the XML is nested more than ${MAX_DEPTH} levels deep`;
    if (!inner.endsWith("/")) depth++;
  }
  if (depth > 0 || roots === 0) return depth > 0 ? UNENDED : "the body is no XML";
  return hasForeignEntity(text) ? "the XML has an entity that is not one of XML's own" : undefined;
}

const UNENDED = "the XML ends before its elements do";

/** Where the text goes on behind that mark, or -1. */
function after(text: string, mark: string, from: number): number {
  const end = text.indexOf(mark, from);
  return end < 0 ? -1 : end + mark.length;
}

/** Where the tag ends: a `>` in an attribute's value does not count. */
function tagEnd(text: string, from: number): number {
  let quote = "";
  for (let at = from; at < text.length; at++) {
    const character = text[at] as string;
    if (quote !== "") {
      if (character === quote) quote = "";
    } else if (character === ">") return at;
    else if (character === '"' || character === "'") quote = character;
    else if (character === "<") return -1;
  }
  return -1;
}

function refuseNames(inner: string): string | undefined {
  const name = NAME.exec(inner)?.[0];
  if (name === undefined) return "the XML has a tag without a name";
  const names = [name, ...[...inner.matchAll(ATTRIBUTE_NAME)].map((match) => match[1] as string)];
  return names.some((one) => PROTOTYPES.has(one.slice(one.indexOf(":") + 1)))
    ? "the XML has a name that would replace the prototype of whatever it is copied into"
    : undefined;
}

/** In CDATA an ampersand is one. */
function hasForeignEntity(text: string): boolean {
  return ENTITY.test(text.includes("<![CDATA[") ? text.replace(/<!\[CDATA\[[\s\S]*?\]\]>/g, "") : text);
}
