// What does a sender make of an answer? The status code is part of each sender's protocol.
import type { FinishReply } from "./reply.js";

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
export const UNKNOWN_SENDER: ReplyProfile = Object.freeze({
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
