// The inbox in the SQLite storage of a Durable Object of Cloudflare, woken by the object's alarm.
import { refuseUnknownKeys } from "../../lib/options.js";
import { type DurableObjectStorage, platformClocks } from "../../lib/sqlite/durable-object.js";
import type { DedupeStore } from "../../stores/store.js";
import type { Inbox } from "../inbox.js";
import { createRetention, positive } from "../retention.js";
import { migrateInbox } from "../sqlite/migrations.js";
import { createSqliteQueue } from "../sqlite/queue.js";
import { AlarmClock } from "./alarm-clock.js";

export type { DurableObjectStorage } from "../../lib/sqlite/durable-object.js";

/** The state that the platform gives a Durable Object: the first argument of its constructor. */
export interface InboxObjectState {
  readonly storage: DurableObjectStorage & { setAlarm(atMs: number): unknown };
}

/** Options of `durableObjectInbox`. */
export interface DurableObjectInboxOptions<Tx = never> {
  /** Claimed around each run. One object runs an event once unless a handler outlives its lease, so none is needed. */
  readonly store?: DedupeStore<Tx>;
  /** How many events of one receiver may wait; beyond it senders get 503. Default 100,000. Counted once a second. */
  readonly maxWaiting?: number;
  /** How long done events are kept, with their bytes. Default 7 days, or what the receiver needs where that is longer. */
  readonly retentionSeconds?: number;
  /** How long dead events are kept. Default 90 days, or what the receiver needs where that is longer. */
  readonly deadRetentionSeconds?: number;
  /** How long after a crash an event that was running runs again. Default 30. */
  readonly leaseSeconds?: number;
}

/** The inbox that `durableObjectInbox` makes. */
export interface DurableObjectInbox<Tx = never> extends Inbox<Tx> {
  /** To be called by the object's own `alarm`. Runs what is due, and sets the alarm for what is due later. */
  alarm(): Promise<void>;
}

const NAME = "durableObjectInbox";
const OPTIONS: readonly (keyof DurableObjectInboxOptions)[] = [
  "store",
  "maxWaiting",
  "retentionSeconds",
  "deadRetentionSeconds",
  "leaseSeconds",
];

/**
 * A durable inbox in the storage of a Durable Object, whose receiver and handlers run in the object. The Worker hands it the
 * requests.
 *
 * Promise: an accepted event is in the object's storage, with an alarm that starts the object again. Events of one
 *          `order.key` run one after another, in the order in which they arrived; a dead event lets the next one pass.
 * Not promised: that a handler runs once: an object that is ended while a handler runs starts it again after the lease.
 *
 * @param state - The object's own state, `ctx`. Its class is declared with SQLite storage.
 * @param options - See `DurableObjectInboxOptions`.
 * @returns An inbox for the `inbox` option of a receiver. The object's `alarm` must call its `alarm`.
 * @throws {TypeError} When the storage has no SQLite, or an option is unknown or out of range.
 * @example
 * export class Billing {
 *   readonly #inbox;
 *   readonly #receiver;
 *   constructor(ctx: InboxObjectState) {
 *     this.#inbox = durableObjectInbox(ctx);
 *     this.#receiver = createReceiver(sender, { scope: "billing", inbox: this.#inbox });
 *     this.#receiver.on("invoice.paid", (event) => markPaid(event.payload)).work();
 *   }
 *   fetch(request: Request) {
 *     return this.#receiver.fetch(request);
 *   }
 *   alarm() {
 *     return this.#inbox.alarm();
 *   }
 * }
 */
export function durableObjectInbox<Tx = never>(
  state: InboxObjectState,
  options: DurableObjectInboxOptions<Tx> = {},
): DurableObjectInbox<Tx> {
  refuseUnknownKeys(NAME, options, OPTIONS);
  const clock = new AlarmClock(NAME, state.storage);
  migrateInbox(clock.database, platformClocks);
  const queue = createSqliteQueue(
    clock.database,
    {
      isOwn: false,
      clocks: platformClocks,
      maxWaiting: positive(NAME, "maxWaiting", options.maxWaiting ?? 100_000),
      leaseMs: 1_000 * positive(NAME, "leaseSeconds", options.leaseSeconds ?? 30),
      // Nobody else puts. A timer of an idle object would keep it, and its bill, running.
      pollMs: Number.POSITIVE_INFINITY,
      timeoutMs: 1_000,
      retention: createRetention(NAME, options),
    },
    options.store,
  );
  return {
    ...queue,
    name: NAME,
    work: (worker) => queue.work(clock.watch(worker)),
    alarm: () => clock.ring(() => queue.redrive([])), // which wakes the workers, and redrives nothing
  };
}
