// Replies, and a sender's profile of them.
import type { Proven } from "./auth.js";
import type { Delivery } from "./delivery.js";

/** An HTTP reply. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

/** The input of `FinishReply`. All of it is authenticated. */
export interface ReplyGrounds {
  readonly delivery: Delivery;
  readonly payload: unknown;
  /** `proof.signReply` signs with the key that verified the delivery, where the scheme was built with `signsReplies`. */
  readonly proof: Proven;
  /** The receiver's clock, milliseconds since the epoch. */
  readonly nowMs: number;
  /** The event was handled before: the delivery is a retry or a replay. */
  readonly isDuplicate: boolean;
}

/**
 * Turns a success reply, that of the profile or of `context.reply`, into the one that this sender expects. Called for every
 * success except a handshake's, also for a duplicate and for an event put into an inbox, so that a signed time is always
 * new. It runs after the handler: its error is logged, and the reply is sent unchanged.
 */
export type FinishReply = (reply: Reply, grounds: ReplyGrounds) => Reply;

/** How a sender expects to be answered, and what it does after each answer. */
export interface ReplyProfile {
  /** The methods of deliveries and handshakes. Any other method gets 405. */
  readonly methods: readonly string[];
  /** The status of a success. 200 unless the sender expects another one. */
  readonly successStatus: number;
  /** Other statuses that the sender accepts as success. `context.reply` may use these and no others. */
  readonly successStatuses: readonly number[];
  readonly successHeaders: Readonly<Record<string, string>>;
  readonly successBody: string;
  /** Changes the reply of a success, for a sender that expects it signed or computed from the delivery. */
  readonly finish: FinishReply | undefined;
  /** The status that ends the retries of one event, where the sender has a harmless one. */
  readonly stopStatus: number | undefined;
  /** Whether it retries automatically after a failure. */
  readonly retries: boolean;
  readonly honoursRetryAfter: boolean;
  /** How long it waits for the reply. */
  readonly timeLimitSeconds: number;
  /** How long after the first attempt the same event may be sent again, automatically or by hand. */
  readonly retryHorizonSeconds: number;
  /** Statuses that end the subscription. A receiver never sends them. */
  readonly unsubscribes: readonly number[];
  /** The largest body it sends. */
  readonly maxBodyBytes: number;
}

const DAY_SECONDS = 86_400;

/** The profile of an unknown sender, which is safe for all senders. */
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
  // Standard Webhooks 1.0.0 advises senders to wait 15 to 30 s. An unknown sender may wait for less, so this is the shortest.
  timeLimitSeconds: 15,
  retryHorizonSeconds: 4 * DAY_SECONDS,
  unsubscribes: [410],
  maxBodyBytes: 1_048_576,
});
