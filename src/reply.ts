// What goes onto the wire, and how may a sender have the last word on a success: signed, or computed from what came?
import type { Proven } from "./auth/auth.js";
import type { Delivery } from "./delivery.js";

/** What goes onto the wire. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

/** What the last word on a success may rest on. All of it is proven. */
export interface ReplyGrounds {
  readonly delivery: Delivery;
  readonly payload: unknown;
  /** `proof.signReply` is the key that proved the delivery, where the scheme was built with `signsReplies`. */
  readonly proof: Proven;
  /** The receiver's clock, milliseconds since the epoch. */
  readonly nowMs: number;
}

/**
 * Makes the success that this sender wants of the one that it would have heard: the profile's, or what a handler gave to
 * `context.reply`. Asked for every success but a handshake's, a duplicate's and an inbox's included, so that a signed time
 * is always a new one. It comes after the handler: what it throws is told to the operator, and the reply goes as it was.
 */
export type FinishReply = (reply: Reply, grounds: ReplyGrounds) => Reply;
