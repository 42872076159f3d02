// A body format that hands XML over as text, without a parser, and refuses JSON.
import { type CustomFormat, unreadable } from "../../body-formats/format.js";
import { decodeUtf8 } from "../../lib/json.js";

/** The Content-Type is hardly ever signed, so what is no XML is refused under that of XML. */
export const XML_TEXT: CustomFormat = {
  name: "XML, as text",
  parse({ body }) {
    const text = decodeUtf8(body);
    return text !== undefined && /^\s*</.test(text)
      ? { ok: true, value: text }
      : unreadable("the body is not XML in UTF-8");
  },
  encode: (payload) => Buffer.from(String(payload), "utf8"),
};
