// What can be heard of the work on a delivery while it goes on? Its arrival, its handlers, and what the store was asked.
import { type Channel, channel } from "node:diagnostics_channel";
import type { Delivery } from "./delivery.js";
import type { ReceiverFacts } from "./diagnostics.js";
import type { WebhookEvent } from "./event.js";

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
export const arrivals: Channel = channel(ARRIVAL_CHANNEL);
export const handlerRuns: Channel = channel(HANDLER_CHANNEL);
export const storeOps: Channel = channel(STORE_CHANNEL);
