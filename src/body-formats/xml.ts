// The XML body format, of the entry point `hookgate/formats/xml`. The only file that imports fast-xml-parser, an optional peer.
import { XMLParser } from "fast-xml-parser";
import { decodeUtf8, type Parsed } from "../lib/json.js";
import { type CustomFormat, unreadable } from "./format.js";
import { refuseXml } from "./xml-limits.js";

/** Options of `xml`. */
export interface XmlFormatOptions {
  /** Elements that are arrays even where there is one: `["Envelope.Body.notifications.Notification"]`. */
  readonly arrays?: readonly string[];
}

/** Attributes are members, too; no element's own name begins like that. */
const ATTRIBUTE_PREFIX = "@";
const TEXT_NAME = "#text";

/**
 * Reads XML bodies, for `defineSender` and for senders that take an `xml` option (`salesforce`).
 *
 * Elements become members, attributes members with `@` before their name, both without namespace prefixes; an element
 * with nothing but text is that text, and stays a text: no numbers, no booleans. What repeats is an array.
 *
 * Refused: a document type, entities other than XML's five and characters by number, more than 64 levels, 10,000 elements,
 * 10,000 attributes or 5 MiB, two roots, names that would be a prototype, and whatever two parsers could read differently
 * (an attribute given twice, a closing tag of another name). Takes time in proportion to the body's size.
 *
 * Needs the package `fast-xml-parser`: `npm install fast-xml-parser`.
 *
 * @param options.arrays - Paths of elements that are arrays even where there is one.
 * @example
 * import { defineSender, json } from "hookgate";
 * import { basicAuth } from "hookgate/auth";
 * import { xml } from "hookgate/formats/xml";
 *
 * const erp = defineSender({
 *   name: "erp",
 *   auth: basicAuth({ username: "erp", password: process.env.ERP_PASSWORD }),
 *   body: { "text/xml": xml({ arrays: ["order.line"] }) },
 *   event: { id: json("order.@id"), type: json("order.status") },
 * });
 */
export function xml(options: XmlFormatOptions = {}): CustomFormat {
  const arrays = new Set(options.arrays ?? []);
  const parser = new XMLParser({
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
  return {
    name: "xml",
    parse({ body }) {
      const text = decodeUtf8(body);
      if (text === undefined) return unreadable("the body is not valid UTF-8");
      const refusal = refuseXml(text);
      return refusal === undefined ? read(parser, text) : unreadable(refusal);
    },
    encode: (payload) => Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>${write(payload)}`, "utf8"),
  };
}

function read(parser: XMLParser, text: string): Parsed<unknown> {
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
