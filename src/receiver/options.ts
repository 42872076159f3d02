// The options of a receiver, with their defaults.

import type { WebhookError } from "../core/errors.js";
import type { WebhookEvent } from "../core/event.js";
import type { Outcome } from "../core/outcome.js";
import type { Schemas } from "../core/schema.js";
import type { Inbox } from "../inbox/inbox.js";
import type { Spill } from "../inbox/spill.js";
import type { ClientAddressSource } from "../ip/client-address.js";
import type { DedupeStore } from "../stores/store.js";
import type { AllowOption } from "./checks/source-address.js";
import type { Logger } from "./logger.js";

/** Everything that can be set on a receiver. All options have defaults. */
export interface ReceiverOptions<S extends Schemas = {}, Tx = never, Events = WebhookEvent> {
  /** Tells this receiver's events from those of another receiver with the same sender on the same store. Required on a shared store. */
  readonly scope?: string | undefined;
  /** For lines and traces. Default: the sender's name. */
  readonly name?: string | undefined;
  /** The URL as registered with the sender: an origin, a full URL, or several. Required where the sender signs it; never rebuilt from headers. */
  readonly publicUrl?: string | readonly string[] | undefined;
  /** Addresses and CIDRs that may deliver. Default: any. */
  readonly allow?: AllowOption | undefined;
  /** Addresses and CIDRs of proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed. Default: none. */
  readonly trustedProxies?: readonly string[] | undefined;
  /** Where the client's address comes from. Default `"socket"`, walked through `trustedProxies`. */
  readonly clientAddress?: ClientAddressSource | undefined;
  /** Refuses deliveries that did not come by HTTPS. Default false. */
  readonly requireHttps?: boolean | undefined;
  /** Largest accepted distance between the sender's signed time and ours, seconds, both ways. Default: the sender's, mostly 300. 0 means "the same second", not "off". */
  readonly toleranceSeconds?: number | undefined;
  /** Default: the sender's largest, mostly 1,048,576. */
  readonly maxBodyBytes?: number | undefined;
  /**
   * Bytes of all bodies that this receiver holds at once, each from its first byte until its delivery is answered. Beyond
   * it deliveries get 503 `overloaded`. Bodies that a parser has read before, and those given to `receiver.receive`, do
   * not count. Default: 134,217,728, or four times `maxBodyBytes` where that is more.
   */
  readonly maxBufferedBytes?: number | undefined;
  /** How long a body may take to arrive. Default 10. */
  readonly bodyTimeoutSeconds?: number | undefined;
  /** When the sender is answered although the handler still runs. Default: 80 % of how long the sender waits, at most 50. */
  readonly answerWithinSeconds?: number | undefined;
  /** When the handler's signal aborts. Default 60. */
  readonly handlerTimeoutSeconds?: number | undefined;
  /** Handlers that may run at once; the next delivery gets 503. Default: no limit. */
  readonly maxConcurrent?: number | undefined;
  /** Event types to Standard Schemas: checked before the handler, and its types. */
  readonly events?: S | undefined;
  /** The reply to an event that does not match its schema: `retry` 500 (default where the sender retries: a deploy can mend it), `reject` 422, `accept` success. */
  readonly onInvalid?: "retry" | "reject" | "accept" | undefined;
  /** `false`: every delivery is handled, duplicates too. */
  readonly dedupe?: false | DedupeOptions<Tx> | undefined;
  /** See `InboxReceiverOptions`. */
  readonly inbox?: undefined;
  /** Which of two events of one entity is newer, for senders that deliver out of order. Default: every event is handled as it comes. */
  readonly order?: OrderOptions<Events> | undefined;
  /** Told of every delivery, with its trace, and again of a handler that ended after its sender was answered. */
  readonly onOutcome?: ((outcome: Outcome) => unknown) | undefined;
  /** Told of what failed on our side: handlers, stores, wiring. */
  readonly onError?: ((error: WebhookError) => unknown) | undefined;
  /** pino, winston, `console`, or an object with their methods. One with `info` gets a line of every outcome. Default: standard error, a line for each cause, with a summary of repeats at most once a minute. */
  readonly logger?: Logger | undefined;
  /** The clock for freshness, milliseconds since the epoch. Default `Date.now`. Leases are on the store's own. */
  readonly now?: (() => number) | undefined;
}

/**
 * The order of events of one entity. Needs a store that keeps versions (`advance`), as `memoryStore` does. Two events
 * that run side by side may still overlap: a handler that must not write over newer data compares in its own database.
 */
export interface OrderOptions<Events = WebhookEvent> {
  /** The entity the event is about, such as its object's id; `undefined` where it is about none. */
  readonly key: (event: Events) => string | undefined;
  /** Rises with every change of the entity: a whole number, 0 or more, such as a sequence or a time. Equal is not older. Required without an `inbox`; an inbox that keeps order runs events of one key in turn without it. */
  readonly version?: ((event: Events) => number) | undefined;
  /** An event older than one that was here before: `skip` (default) its handler, answered as success, or `flag` it in `context.isSuperseded`. */
  readonly onSuperseded?: "skip" | "flag" | undefined;
}

/** How duplicates are recognised: in which store, for how long, and what happens when the store fails. */
export interface DedupeOptions<Tx = never> {
  /** Default: a `memoryStore()` of this receiver's own. */
  readonly store?: DedupeStore<Tx> | undefined;
  /** How long a handled event is remembered. Default: 7 days, or the sender's retry horizon where that is longer. */
  readonly retentionSeconds?: number | undefined;
  /** How long a claim outlives a crash. Default: `handlerTimeoutSeconds` + 10, at most 60. Renewed at a third. */
  readonly leaseSeconds?: number | undefined;
  /** A signed body under another, unsigned id: `report` (default) it, or `suppress` it, at the price that equal bodies are one event. */
  readonly replay?: "report" | "suppress" | undefined;
  /** A handled id with another body, or of a batch another item, is refused with 422. Without effect where the body is signed and the id is not: there another body is another event. Default false: a duplicate. */
  readonly strict?: boolean | undefined;
  /** When the store fails: `refuse` with 503 (default where the sender retries), `process` without dedupe, or `spillTo(inbox)` and handle it later. */
  readonly onStoreFailure?: "refuse" | "process" | Spill | undefined;
}

/** Options with an inbox, which knows by itself what came before. */
export type InboxReceiverOptions<S extends Schemas = {}, Tx = never, Events = WebhookEvent> = Omit<
  ReceiverOptions<S, Tx, Events>,
  "dedupe" | "inbox"
> & {
  /** Keeps every event before its sender is answered, in place of `dedupe`; `receiver.work()` handles them. Default: handlers run while the sender waits. */
  readonly inbox: Inbox<Tx>;
  readonly dedupe?: undefined;
};

/** Options of whatever receiver. */
export type AnyReceiverOptions = Omit<ReceiverOptions<Schemas, unknown, never>, "inbox"> & {
  readonly inbox?: Inbox<unknown> | undefined;
};
