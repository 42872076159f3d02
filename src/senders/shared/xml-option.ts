// Checks the `xml` option of senders whose bodies are XML: no sender imports a parser itself.
import type { CustomFormat } from "../../body-formats/format.js";
import type { XmlOptions } from "./options.js";

/** @throws {TypeError} Where the format was not handed in; the message says where it comes from. */
export function requireXml(factory: string, { xml }: XmlOptions): CustomFormat {
  if (typeof xml?.parse === "function") return xml;
  throw new TypeError(
    `${factory}: xml must be the XML body format: npm install fast-xml-parser, then import { xml } from "hookgate/formats/xml" and give xml: xml()`,
  );
}
