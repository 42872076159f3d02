// How does an XML body become a payload? By fast-xml-parser, an optional peer, within bounds, and with no entities but XML's own.
import { decodeUtf8, type Parsed } from "../lib/json.js";
import { isPromise, type MaybePromise } from "../lib/maybe-promise.js";
import { type CustomFormat, unreadable } from "./format.js";
import { refuseXml } from "./xml-limits.js";

export interface XmlFormatOptions {
  /** Elements that are arrays even where there is one: `["Envelope.Body.notifications.Notification"]`. */
  readonly arrays?: readonly string[];
}

/** Attributes are members, too; none of an element's own name begins like that. */
const ATTRIBUTE_PREFIX = "@";
const TEXT_NAME = "#text";

interface Parser {
  parse(text: string): unknown;
}

/**
 * Elements become members, attributes members with `@` before their name, both without namespace prefixes; an element
 * with nothing but text is that text, and stays a text: no numbers, no booleans. What repeats is an array.
 *
 * Refused: a document type, entities other than XML's five and characters by number, more than 64 levels, 10,000 elements
 * or 5 MiB, two roots, and names that would be a prototype.
 *
 * The package `fast-xml-parser` is loaded with the first body; without it no body can be read.
 *
 * @example defineSender({ …, body: { "text/xml": xml() }, event: { id: json("notification.id"), … } })
 */
export function xml(options: XmlFormatOptions = {}): CustomFormat {
  const arrays = new Set(options.arrays ?? []);
  let parser: MaybePromise<Parser> | undefined;

  function parserOf(): MaybePromise<Parser> {
    parser ??= load(arrays).then(
      (made) => {
        parser = made;
        return made;
      },
      (cause: unknown) => {
        parser = undefined; // it may be installed by then
        throw new Error("XML bodies need the package fast-xml-parser: npm install fast-xml-parser", { cause });
      },
    );
    return parser;
  }

  return {
    name: "xml",
    parse({ body }) {
      const text = decodeUtf8(body);
      if (text === undefined) return unreadable("the body is not valid UTF-8");
      const refusal = refuseXml(text);
      if (refusal !== undefined) return unreadable(refusal);
      const made = parserOf();
      return isPromise(made) ? made.then((loaded) => read(loaded, text)) : read(made, text);
    },
    encode: (payload) => Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>${write(payload)}`, "utf8"),
  };
}

async function load(arrays: ReadonlySet<string>): Promise<Parser> {
  const { XMLParser } = await import("fast-xml-parser");
  return new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: ATTRIBUTE_PREFIX,
    textNodeName: TEXT_NAME,
    removeNSPrefix: true,
    parseTagValue: false,
    parseAttributeValue: false,
    ignoreDeclaration: true,
    ignorePiTags: true,
    processEntities: true, // XML's five; a document type, which could define more, was refused
    htmlEntities: false,
    isArray: (_name, path) => typeof path === "string" && arrays.has(path),
  });
}

function read(parser: Parser, text: string): Parsed<unknown> {
  try {
    return { ok: true, value: parser.parse(text) };
  } catch {
    return unreadable("the body is not well-formed XML"); // the parser's message may quote it
  }
}

/** For test senders: what `parse` would read back. Namespace prefixes are lost. */
function write(value: unknown): string {
  if (typeof value !== "object" || value === null) return escaped(String(value ?? ""));
  let text = "";
  for (const [name, member] of Object.entries(value)) {
    if (name === TEXT_NAME) text += escaped(String(member));
    else if (!name.startsWith(ATTRIBUTE_PREFIX)) {
      for (const one of Array.isArray(member) ? member : [member]) {
        text += `<${name}${attributesOf(one)}>${write(one)}</${name}>`;
      }
    }
  }
  return text;
}

function attributesOf(value: unknown): string {
  if (typeof value !== "object" || value === null) return "";
  return Object.entries(value)
    .filter(([name]) => name.startsWith(ATTRIBUTE_PREFIX))
    .map(([name, text]) => ` ${name.slice(1)}="${escaped(String(text))}"`)
    .join("");
}

const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ESCAPES[character] as string);
}
