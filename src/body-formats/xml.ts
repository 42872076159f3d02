// The XML body format, of the entry point `hookgate/formats/xml`.
import type { CustomFormat } from "./format.js";
import { readXmlBody } from "./xml-reader.js";
import { writeXml } from "./xml-writer.js";

export interface XmlFormatOptions {
  /** Elements that are arrays even where there is one: `["Envelope.Body.notifications.Notification"]`. */
  readonly arrays?: readonly string[];
}

/**
 * Reads XML bodies, for `defineSender`.
 *
 * Elements become members, attributes members with `@` before their name, both without namespace prefixes; an element
 * with nothing but text is that text, and stays a text: no numbers, no booleans. What repeats is an array.
 *
 * Refused: a document type, entities other than XML's five and characters by number, more than 64 levels, 10,000 elements,
 * 10,000 attributes or 5 MiB, two roots, names that would be a prototype, and whatever two parsers could read differently
 * (an attribute given twice, a closing tag of another name). Takes time in proportion to the body's size.
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
  return { name: "xml", parse: ({ body }) => readXmlBody(body, arrays), encode: writeXml };
}
