// The `node:diagnostics_channel` channels of receivers.
import { type Channel, channel } from "node:diagnostics_channel";
import type { Delivery } from "./delivery.js";
import type { WebhookEvent } from "./event.js";
import type { Outcome } from "./outcome.js";

/** The name of the channel, for `diagnostics_channel.subscribe`. */
export const OUTCOME_CHANNEL = "hookgate:outcome";

/**
 * What is published of each outcome of every receiver of the process, at the moments when `onOutcome` is told: once of a
 * delivery, again of a handler that ended after its sender was answered (`outcome.isLate`), and of each event that ran from an inbox
 * or was fetched (`outcome.via`).
 *
 * Published only while somebody has subscribed; a delivery that arrived earlier than that has no timings. A subscriber
 * is called before the sender is answered: be quick, and do not throw, which ends the process.
 *
 * @example
 * import { subscribe } from "node:diagnostics_channel";
 * import type { OutcomeMessage } from "hookgate";
 *
 * subscribe("hookgate:outcome", (message) => {
 *   const { receiver, outcome } = message as OutcomeMessage;
 *   console.log(receiver.name, outcome.name, outcome.durationMs);
 * });
 */
export interface OutcomeMessage {
  readonly outcome: Outcome;
  /**
   * As it came, credentials and all: keep nothing of it that `receiver.credentialHeaders`, `credentialQuery` and
   * `credentialFields` name. Once the delivery is proven its body is without those fields.
   * One and the same object in a delivery's outcome and in its late one. `undefined` where no delivery was at hand.
   */
  readonly delivery: Delivery | undefined;
  /** What ran from an inbox or was fetched; `undefined` of a delivery, whose events are told of in `outcome.events`. */
  readonly event: WebhookEvent | undefined;
  /** When the delivery arrived, on the clock of `performance.now()`, milliseconds; `undefined` where there is none. */
  readonly arrivedMs: number | undefined;
  /** By how much the receiver's clock was ahead of the time the sender signed, milliseconds; `undefined` where none was proven. */
  readonly skewMs: number | undefined;
  /** Whose outcome it is: one and the same object in all messages of one receiver. */
  readonly receiver: ReceiverFacts;
}

/** What is known of a receiver from outside. */
export interface ReceiverFacts {
  /** Its `name` option, or its sender's name. */
  readonly name: string;
  /** The sender's name. */
  readonly sender: string;
  readonly scope: string | undefined;
  /** Lower-case names of headers that hold credentials or proofs. */
  readonly credentialHeaders: readonly string[];
  /** Query parameters that do. */
  readonly credentialQuery: readonly string[];
  /** Paths of fields of the body that hold a secret. They are gone from a delivery that was proven. */
  readonly credentialFields: readonly string[];
  /** How many handlers run or are about to, at this moment. */
  readonly busyCount: number;
}

/** Held here, for a channel that nobody holds is forgotten together with its subscribers' wish to hear. */
export const outcomes: Channel = /* @__PURE__ */ channel(OUTCOME_CHANNEL);

/** Names of channels, for `diagnostics_channel.subscribe`. What ends is told on `hookgate:outcome`. */
export const ARRIVAL_CHANNEL = "hookgate:arrival";
export const HANDLER_CHANNEL = "hookgate:handler";
export const STORE_CHANNEL = "hookgate:store";

/** Published when a delivery arrives, before anything about it is checked. */
export interface ArrivalMessage {
  /** Its body is not here yet. Its `headers` are one object on the whole way, here and in later messages. */
  readonly delivery: Delivery;
  readonly receiver: ReceiverFacts;
  /** On the clock of `performance.now()`, milliseconds. */
  readonly arrivedMs: number;
}

/** Published when a handler is about to be called. */
export interface HandlerMessage {
  readonly event: WebhookEvent;
  /** As it came, credentials and all; of an event that did not just come by one, what was kept of it. */
  readonly delivery: Delivery;
  readonly receiver: ReceiverFacts;
  /** Whether the sender waits: else the event ran from an inbox. */
  readonly via: "delivery" | "inbox";
  /** How often a handler was started for this event, this time included. */
  readonly attempt: number;
  /**
   * Calls the handler. A subscriber may put a function of its own in its place, which calls the one that was there within
   * something, such as an active span, and returns what that returns and throws what that throws.
   */
  run: () => unknown;
}

/** Published when a dedupe store has answered, or has not in time. */
export interface StoreMessage {
  /** The store's name. */
  readonly store: string;
  readonly op: "claim" | "renew" | "complete" | "release" | "begin" | "advance";
  /** Second try included. */
  readonly durationMs: number;
  /** `full`: the store is there and holds no more. `undefined` where it answered. */
  readonly failure: "timeout" | "failed" | "malformed" | "full" | undefined;
}

/** Held here, for a channel that nobody holds is forgotten together with its subscribers' wish to hear. */
export const arrivals: Channel = /* @__PURE__ */ channel(ARRIVAL_CHANNEL);
export const handlerRuns: Channel = /* @__PURE__ */ channel(HANDLER_CHANNEL);
export const storeOps: Channel = /* @__PURE__ */ channel(STORE_CHANNEL);
