// The contract of a body format: it parses bytes into a payload, and encodes a payload for test senders.
import type { Delivery } from "../core/delivery.js";
import type { Parsed } from "../lib/json.js";
import type { MaybePromise } from "../lib/maybe-promise.js";

/** A body format besides the built-in ones. It is called once the delivery is authenticated. */
export interface CustomFormat {
  /** The name in hints, such as `xml`. */
  readonly name: string;
  /**
   * Parses the body to a payload with own properties of plain objects only, within limits of depth and size. A malformed body
   * is a result and never an exception; its hint quotes nothing of the body. A rejection is a failure on the receiver's side
   * (a package that is not installed): the sender gets 500 and retries.
   */
  parse(delivery: Pick<Delivery, "headers" | "body">): MaybePromise<Parsed<unknown>>;
  /** Encodes a payload; absent where test senders need the body as bytes. */
  encode?(payload: unknown): Uint8Array;
}

export function unreadable(hint: string): Parsed<never> {
  return { ok: false, hint };
}

/**
 * How a body is parsed to a payload.
 *
 * - `json`: a JSON text, UTF-8, at most 64 deep
 * - `form`: `application/x-www-form-urlencoded`, as an object of strings (arrays where a name repeats)
 * - `{ jsonInForm }`: a form with a JSON text in that field, which is the payload; with `isOptional`, a form without that
 *   field is the payload itself
 * - `text`: UTF-8 text
 * - `bytes`: the body itself
 * - `CustomFormat`: anything else, by a parser of its own: XML, NDJSON, a token
 */
export type BodyFormat =
  | "json"
  | "form"
  | "text"
  | "bytes"
  | { readonly jsonInForm: string; readonly isOptional?: true }
  | CustomFormat;

/** Formats by media type (`application/json`, `application/*+json`, or all of them as `*` + `/*`). The first one is used where there is no Content-Type. */
export type BodyFormats = Readonly<Record<string, BodyFormat>>;
