// What is a body format of a sender's own? How its bytes become a payload, and how a test sender writes them.
import type { Delivery } from "../delivery.js";
import type { Parsed } from "../internal/json.js";
import type { MaybePromise } from "../internal/maybe-promise.js";

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
