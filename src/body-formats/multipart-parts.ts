// Splits a multipart/form-data body into its parts, RFC 7578 and RFC 2046 section 5.1. A body that two parsers could split
// differently is refused.

import { type Refusal, refuse } from "../core/auth.js";
import type { Delivery } from "../core/delivery.js";

const MAX_PARTS = 1_000;
const MAX_HEAD_BYTES = 4_096;
/** RFC 2046 section 5.1.1: 1 to 70 characters; quoted or not. */
const CONTENT_TYPE =
  /^multipart\/form-data\s*;\s*boundary=(?:"([A-Za-z0-9'()+_,./:=? -]{1,70})"|([A-Za-z0-9'+_.-]{1,70}))$/i;
const DISPOSITION = /^content-disposition:[ \t]*form-data[ \t]*;[ \t]*name="([^"\\\r\n]*)"(.*)$/i;
/** A file's name is only passed on, so its quotes may be escaped. */
const FILENAME = /^[ \t]*;[ \t]*filename="((?:[^"\\\r\n]|\\.)*)"(?:[ \t]*;[ \t]*filename\*=[^;"\r\n]*)?[ \t]*$/i;
const CONTENT_TYPE_LINE = /^content-type:[ \t]*(.*)$/i;

/** One part of a multipart body. */
export interface MultipartPart {
  readonly name: string;
  /** Present only for a file. */
  readonly filename: string | undefined;
  readonly contentType: string | undefined;
  readonly bytes: Buffer;
}

const MALFORMED = /* @__PURE__ */ refuse(
  "bad_credentials",
  "the body is not the well-formed multipart/form-data that was expected",
);

/** The parts in their order, or a refusal. */
export function multipartParts({
  headers,
  body,
}: Pick<Delivery, "headers" | "body">): readonly MultipartPart[] | Refusal {
  const contentType = headers.onceList("content-type");
  const match = typeof contentType === "string" ? CONTENT_TYPE.exec(contentType.trim()) : null;
  const boundary = match?.[1] ?? match?.[2];
  if (boundary === undefined) return MALFORMED;
  const opening = Buffer.from(`--${boundary}`);
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  if (!body.subarray(0, opening.length).equals(opening)) return MALFORMED; // no preamble
  const parts: MultipartPart[] = [];
  let at = opening.length;
  while (parts.length <= MAX_PARTS) {
    const mark = body.subarray(at, at + 2).toString("latin1");
    if (mark === "--") return isEnd(body.subarray(at + 2)) ? parts : MALFORMED;
    const end = mark === "\r\n" ? body.indexOf(delimiter, at) : -1;
    const part = end < 0 ? undefined : partOf(body.subarray(at + 2, end));
    if (part === undefined) return MALFORMED;
    parts.push(part);
    at = end + delimiter.length;
  }
  return MALFORMED;
}

function partOf(bytes: Buffer): MultipartPart | undefined {
  const headEnd = bytes.indexOf("\r\n\r\n");
  if (headEnd < 0 || headEnd > MAX_HEAD_BYTES) return undefined;
  const lines = bytes.subarray(0, headEnd).toString("utf8").split("\r\n");
  const dispositions = lines.filter((line) => /^content-disposition\s*:/i.test(line));
  const disposition = dispositions.length === 1 ? DISPOSITION.exec(dispositions[0] as string) : null;
  if (disposition === null) return undefined;
  const [, name = "", rest = ""] = disposition;
  const filename = FILENAME.exec(rest)?.[1];
  if (filename === undefined && rest.trim() !== "") return undefined;
  const contentType = lines.map((line) => CONTENT_TYPE_LINE.exec(line)?.[1]).find((type) => type !== undefined);
  return { name, filename, contentType, bytes: bytes.subarray(headEnd + 4) };
}

/** Only a line break may follow the closing boundary. */
function isEnd(rest: Buffer): boolean {
  return rest.length === 0 || (rest.length === 2 && rest.toString("latin1") === "\r\n");
}
