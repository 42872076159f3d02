// Parses a multipart/form-data body, or the JSON in one field of it, with the parser that verification uses.

import { decodeUtf8, parseJson } from "../lib/json.js";
import { type CustomFormat, unreadable } from "./format.js";
import { multipartField } from "./multipart-field.js";
import { type MultipartPart, multipartParts } from "./multipart-parts.js";

/**
 * The JSON text in one field of a `multipart/form-data` body (Dropbox Sign), for `unwrapped(viewOfMultipart(field), …)`.
 * Other fields are ignored. A body that two parsers could read differently is refused, so signature and payload are always
 * those of the same field.
 *
 * @param field - The field's name: `"json"`.
 */
export function jsonInMultipart(field: string): CustomFormat {
  return {
    name: `json in the multipart field ${field}`,
    parse({ headers, body }) {
      const found = multipartField({ headers, body } as Parameters<typeof multipartField>[0], field);
      if (found === undefined) return unreadable(`the multipart body has no field ${field}`);
      return Buffer.isBuffer(found) ? parseJson(found) : unreadable(found.hint);
    },
    // Only the JSON text; the view wraps it in the form once it is signed.
    encode: (payload) => Buffer.from(JSON.stringify(payload), "utf8"),
  };
}

/** A file of a multipart body, as JSON can represent it. */
export interface MultipartFile {
  readonly filename: string;
  readonly contentType: string | undefined;
  /** Base64. */
  readonly content: string;
}

/**
 * A whole `multipart/form-data` body: an object of strings, and of files as `{ filename, contentType, content }` with their
 * bytes in base64. An array where a name repeats. A value that is not UTF-8 is also given in base64, as a file without a
 * name.
 */
export const multipart: CustomFormat = {
  name: "multipart/form-data",
  parse(delivery) {
    const parts = multipartParts(delivery);
    if ("ok" in parts) return unreadable(parts.hint);
    const fields: Record<string, unknown> = Object.create(null);
    for (const part of parts) {
      if (part.name === "__proto__") return unreadable('the multipart body has a field named "__proto__"');
      const value = part.filename === undefined ? (decodeUtf8(part.bytes) ?? fileOf(part)) : fileOf(part);
      const earlier = fields[part.name];
      fields[part.name] =
        earlier === undefined ? value : Array.isArray(earlier) ? [...earlier, value] : [earlier, value];
    }
    return { ok: true, value: fields };
  },
};

function fileOf({ filename = "", contentType, bytes }: MultipartPart): MultipartFile {
  return { filename, contentType, content: bytes.toString("base64") };
}
