// Replies, and a sender's profile of them.
import type { Proven } from "./auth.js";
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
  /** The event was handled before: the sender retries, or somebody replays. */
  readonly isDuplicate: boolean;
}

/**
 * Makes the success that this sender wants of the one that it would have heard: the profile's, or what a handler gave to
 * `context.reply`. Asked for every success but a handshake's, a duplicate's and an inbox's included, so that a signed time
 * is always a new one. It comes after the handler: what it throws is told to the operator, and the reply goes as it was.
 */
export type FinishReply = (reply: Reply, grounds: ReplyGrounds) => Reply;

/** How a sender wants to be answered, and what it does after each answer. */
export interface ReplyProfile {
  /** Methods the sender delivers or shakes hands with; the rest is 405. */
  readonly methods: readonly string[];
  /** What "success" is for this sender. Exactly 200 unless the sender says otherwise. */
  readonly successStatus: number;
  /** Other statuses it takes as success; `context.reply` may use these and no others. */
  readonly successStatuses: readonly number[];
  readonly successHeaders: Readonly<Record<string, string>>;
  readonly successBody: string;
  /** The last word on a success, where the sender wants it signed or computed from the delivery. */
  readonly finish: FinishReply | undefined;
  /** The status that makes it stop sending this event for good, where it has one that does no harm. */
  readonly stopStatus: number | undefined;
  /** Whether it sends again by itself after a failure. */
  readonly retries: boolean;
  readonly honoursRetryAfter: boolean;
  /** How long it waits for the answer. */
  readonly timeLimitSeconds: number;
  /** How long after the first attempt it may still send the same event, by itself or by hand. */
  readonly retryHorizonSeconds: number;
  /** Statuses that end the subscription: never sent. */
  readonly unsubscribes: readonly number[];
  /** The largest body it sends. */
  readonly maxBodyBytes: number;
}

const DAY_SECONDS = 86_400;

/** The profile of a sender nobody has described: what is safe with all of them. */
export const UNKNOWN_SENDER: ReplyProfile = /* @__PURE__ */ Object.freeze({
  methods: ["POST"],
  successStatus: 200,
  successStatuses: [200, 201, 202, 204],
  successHeaders: {},
  successBody: "",
  finish: undefined,
  stopStatus: undefined,
  retries: true,
  honoursRetryAfter: true,
  // Standard Webhooks 1.0.0 advises senders to wait 15 to 30 s; the shortest of the unknown ones decides.
  timeLimitSeconds: 15,
  retryHorizonSeconds: 4 * DAY_SECONDS,
  unsubscribes: [410],
  maxBodyBytes: 1_048_576,
});
