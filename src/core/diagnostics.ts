// The `node:diagnostics_channel` channels of receivers.
import { type Channel, channel } from "node:diagnostics_channel";
import type { Delivery } from "./delivery.js";
import type { WebhookEvent } from "./event.js";
import type { Outcome } from "./outcome.js";

/** The name of the channel, for `diagnostics_channel.subscribe`. */
export const OUTCOME_CHANNEL = "hookgate:outcome";

/**
 * An outcome of a receiver of this process, published whenever `onOutcome` is called: once for a delivery, again for a handler
 * that ended after its sender was answered (`outcome.isLate`), and for each event that ran from an inbox or was fetched
 * (`outcome.via`).
 *
 * Published only while the channel has a subscriber. A delivery that arrived before the first one has no timings. A
 * subscriber is called before the sender is answered: it must be quick, and must not throw, which would end the process.
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
   * The delivery as it arrived, with its credentials: store nothing that `receiver.credentialHeaders`, `credentialQuery` and
   * `credentialFields` name. The body of an authenticated delivery is without those fields.
   * The same object in a delivery's outcome and in its late outcome. `undefined` where there was no delivery.
   */
  readonly delivery: Delivery | undefined;
  /** The event that ran from an inbox or was fetched. `undefined` for a delivery, whose events are in `outcome.events`. */
  readonly event: WebhookEvent | undefined;
  /** When the delivery arrived, on the clock of `performance.now()`, milliseconds; `undefined` where there is none. */
  readonly arrivedMs: number | undefined;
  /** By how many milliseconds the receiver's clock was ahead of the signed time; `undefined` where no time was signed. */
  readonly skewMs: number | undefined;
  /** The receiver: the same object in all its messages. */
  readonly receiver: ReceiverFacts;
}

/** The public facts of a receiver. */
export interface ReceiverFacts {
  /** Its `name` option, or its sender's name. */
  readonly name: string;
  /** The sender's name. */
  readonly sender: string;
  readonly scope: string | undefined;
  /** Lower-case names of headers that hold credentials or signatures. */
  readonly credentialHeaders: readonly string[];
  /** Names of query parameters that hold credentials or signatures. */
  readonly credentialQuery: readonly string[];
  /** Paths of fields of the body that hold a secret. They are removed from an authenticated delivery. */
  readonly credentialFields: readonly string[];
  /** The number of handlers that run or are about to run. */
  readonly busyCount: number;
}

/** Referenced here, since Node drops a channel without references together with its subscribers. */
export const outcomes: Channel = /* @__PURE__ */ channel(OUTCOME_CHANNEL);

/** Names of channels, for `diagnostics_channel.subscribe`. Outcomes are published on `hookgate:outcome`. */
export const ARRIVAL_CHANNEL = "hookgate:arrival";
export const HANDLER_CHANNEL = "hookgate:handler";
export const STORE_CHANNEL = "hookgate:store";

/** Published when a delivery arrives, before any check. */
export interface ArrivalMessage {
  /** Its body has not been read. Its `headers` are the same object in all later messages. */
  readonly delivery: Delivery;
  readonly receiver: ReceiverFacts;
  /** On the clock of `performance.now()`, milliseconds. */
  readonly arrivedMs: number;
}

/** Published when a handler is about to be called. */
export interface HandlerMessage {
  readonly event: WebhookEvent;
  /** The delivery as it arrived, with its credentials. For an event from an inbox, the stored parts of it. */
  readonly delivery: Delivery;
  readonly receiver: ReceiverFacts;
  /** Whether the event runs during its delivery, with the sender waiting, or from an inbox. */
  readonly via: "delivery" | "inbox";
  /** The number of handler runs of this event, this one included. */
  readonly attempt: number;
  /**
   * Calls the handler. A subscriber may replace it with a function that calls the previous one in a context of its own, such
   * as an active span, and passes on its result and its error.
   */
  run: () => unknown;
}

/** Published when a dedupe store has answered, failed or exceeded the time limit. */
export interface StoreMessage {
  /** The store's name. */
  readonly store: string;
  readonly op: "claim" | "renew" | "complete" | "release" | "begin" | "advance";
  /** The duration, the retry included. */
  readonly durationMs: number;
  /** `full`: the store answered that it has no room. `undefined` where it answered otherwise. */
  readonly failure: "timeout" | "failed" | "malformed" | "full" | undefined;
}

/** Referenced here, since Node drops a channel without references together with its subscribers. */
export const arrivals: Channel = /* @__PURE__ */ channel(ARRIVAL_CHANNEL);
export const handlerRuns: Channel = /* @__PURE__ */ channel(HANDLER_CHANNEL);
export const storeOps: Channel = /* @__PURE__ */ channel(STORE_CHANNEL);
