// The contract of a body format: parse bytes into a payload, and write them for test senders.
import type { Delivery } from "../core/delivery.js";
import type { Parsed } from "../lib/json.js";
import type { MaybePromise } from "../lib/maybe-promise.js";

/** A format beside those that every sender has. It is asked once the proof holds. */
export interface CustomFormat {
  /** For hints: `xml`. */
  readonly name: string;
  /**
   * The payload, own properties of plain objects only. What cannot be read is an answer, never an exception; the hint
   * quotes nothing of the body. Bounded in depth and size by itself. A rejection is
   * ours to mend (a package that is not installed): the sender hears 500 and sends again.
   */
  parse(delivery: Pick<Delivery, "headers" | "body">): MaybePromise<Parsed<unknown>>;
  /** The bytes that would be parsed as this payload; absent where test senders must be given bytes. */
  encode?(payload: unknown): Uint8Array;
}

export function unreadable(hint: string): Parsed<never> {
  return { ok: false, hint };
}

/**
 * How a body becomes a payload.
 *
 * - `json`: a JSON text, UTF-8, at most 64 deep
 * - `form`: `application/x-www-form-urlencoded`, as an object of strings (arrays where a name repeats)
 * - `{ jsonInForm }`: a form with a JSON text in that field, which is the payload; with `isOptional`, a form without that
 *   field is the payload itself
 * - `text`: UTF-8 text
 * - `bytes`: left as it is
 * - `CustomFormat`: anything else, by a parser of its own: XML, NDJSON, a token
 */
export type BodyFormat =
  | "json"
  | "form"
  | "text"
  | "bytes"
  | { readonly jsonInForm: string; readonly isOptional?: true }
  | CustomFormat;

/** Media types (`application/json`, `application/*+json`, or all of them as `*` + `/*`) to formats. The first is used where no Content-Type came. */
export type BodyFormats = Readonly<Record<string, BodyFormat>>;
