// The contract of a check, and the context that the checks of one delivery share.
import type { Proven } from "../../core/auth.js";
import type { Delivery } from "../../core/delivery.js";
import type { ReceivedEvent } from "../../core/event.js";
import type { Rejection } from "../../core/outcome.js";
import type { Trace } from "../../core/trace.js";
import type { Binding } from "../../dedupe/claim-subject.js";
import type { MaybePromise } from "../../lib/maybe-promise.js";

/** One delivery on its way. Each check adds what the next ones may rely on. */
export interface DeliveryContext {
  /** The body is empty until it has been read, which comes after the checks that need none. */
  delivery: Delivery;
  readonly trace: Trace;
  /** The receiver's clock when the delivery arrived, milliseconds since the epoch. */
  readonly receivedAtMs: number;
  /** After the source address check: the sender's own address, behind trusted proxies. */
  clientAddress: string | undefined;
  /** After the proof. */
  proof: Proven | undefined;
  /** After parsing. */
  payload: unknown;
  /** After identifying. */
  events: readonly ReceivedEvent[];
  /** After identifying: items of a batch that are no events, by their place among all items. */
  malformed: readonly MalformedItem[];
  /** After identifying: what of its events a replayer cannot change. */
  binding: Binding;
}

/** An item of a batch without a usable id or type. Its neighbours are events even so. */
export interface MalformedItem {
  readonly at: number;
  readonly hint: string;
}

/**
 * A check, compiled when the receiver is built. `undefined`: go on. It adds its own line to the trace, passed or not.
 * Waiting is only for what must wait: a check that answers at once does not return a promise.
 */
export type Check = (ctx: DeliveryContext) => MaybePromise<Rejection | undefined>;
