// How does one field of a multipart/form-data body become a payload? By the same reader that the proof has used.

import { parseJson } from "../lib/json.js";
import { type CustomFormat, unreadable } from "./format.js";
import { multipartField } from "./multipart-field.js";

/**
 * The JSON text in one field of a `multipart/form-data` body (Dropbox Sign), for `withView(viewOfMultipart(field), …)`.
 * Other fields are not looked at. A body that two readers could read differently is refused: proof and payload are never
 * of two fields.
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
    // The text alone: the view wraps it once it is signed.
    encode: (payload) => Buffer.from(JSON.stringify(payload), "utf8"),
  };
}
