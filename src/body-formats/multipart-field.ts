// Which bytes are in one field of a multipart/form-data body? RFC 7578 and RFC 2046 section 5.1, for the little that
// senders need: small text fields. Whatever two parsers could read differently is refused.

import { type Refusal, refuse } from "../core/auth.js";
import type { Delivery } from "../core/delivery.js";

const MAX_BODY_BYTES = 1_048_576;
const MAX_PARTS = 100;
const MAX_HEAD_BYTES = 4_096;
/** RFC 2046 section 5.1.1: 1 to 70 characters; quoted or not. */
const CONTENT_TYPE =
  /^multipart\/form-data\s*;\s*boundary=(?:"([A-Za-z0-9'()+_,./:=? -]{1,70})"|([A-Za-z0-9'+_.-]{1,70}))$/i;
const DISPOSITION =
  /^content-disposition:[ \t]*form-data[ \t]*;[ \t]*name="([^"\\\r\n]*)"(?:[ \t]*;[ \t]*filename="[^"\\\r\n]*")?[ \t]*$/i;

const MALFORMED = /* @__PURE__ */ refuse(
  "bad_credentials",
  "the body is not the well-formed multipart/form-data that was expected",
);

/** The bytes of the one field of that name, `undefined` where there is none, or a refusal. */
export function multipartField({ headers, body }: Delivery, name: string): Buffer | undefined | Refusal {
  const contentType = headers.onceList("content-type");
  const match = typeof contentType === "string" ? CONTENT_TYPE.exec(contentType.trim()) : null;
  const boundary = match?.[1] ?? match?.[2];
  if (boundary === undefined || body.length > MAX_BODY_BYTES) return MALFORMED;
  const opening = Buffer.from(`--${boundary}`);
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  if (!body.subarray(0, opening.length).equals(opening)) return MALFORMED; // no preamble
  let found: Buffer | undefined;
  let at = opening.length;
  for (let count = 0; count < MAX_PARTS; count++) {
    if (body.subarray(at, at + 2).toString("latin1") === "--") return isEnd(body, at + 2) ? found : MALFORMED;
    if (body.subarray(at, at + 2).toString("latin1") !== "\r\n") return MALFORMED;
    const end = body.indexOf(delimiter, at);
    if (end < 0) return MALFORMED;
    const part = body.subarray(at + 2, end);
    const headEnd = part.indexOf("\r\n\r\n");
    if (headEnd < 0 || headEnd > MAX_HEAD_BYTES) return MALFORMED;
    const dispositions = part
      .subarray(0, headEnd)
      .toString("latin1")
      .split("\r\n")
      .filter((line) => /^content-disposition\s*:/i.test(line));
    const partName = dispositions.length === 1 ? DISPOSITION.exec(dispositions[0] as string)?.[1] : undefined;
    if (partName === undefined) return MALFORMED;
    if (partName === name) {
      if (found !== undefined) return MALFORMED; // twice: parsers differ in which one they take
      found = part.subarray(headEnd + 4);
    }
    at = end + delimiter.length;
  }
  return MALFORMED;
}

/** Nothing but a line break may follow the closing boundary. */
function isEnd(body: Buffer, at: number): boolean {
  const rest = body.subarray(at).toString("latin1");
  return rest === "" || rest === "\r\n";
}
