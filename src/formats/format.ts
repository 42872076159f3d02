// What is a body format of a sender's own? How its bytes become a payload, and how a test sender writes them.
import type { Delivery } from "../delivery.js";
import type { Parsed } from "../internal/json.js";
import type { BodyFormat } from "../sender.js";

/** A format beside those that every sender has. It is asked once the proof holds. */
export interface CustomFormat {
  /** For hints: `xml`. */
  readonly name: string;
  /** Loads what parsing needs, such as an optional package; `undefined` once there is nothing to wait for. Asked before `parse`. */
  prepare?(): Promise<void> | undefined;
  /**
   * The payload, own properties of plain objects only. What cannot be read is an answer, never an exception; the hint
   * quotes nothing of the body. Bounded in depth and size by itself.
   */
  parse(delivery: Pick<Delivery, "headers" | "body">): Parsed<unknown>;
  /** The bytes that would be parsed as this payload; absent where test senders must be given bytes. */
  encode?(payload: unknown): Uint8Array;
}

export function unreadable(hint: string): Parsed<never> {
  return { ok: false, hint };
}

/** A format of one's own where a media type's format is asked for. */
export function bodyFormat(format: CustomFormat): BodyFormat {
  return format;
}
