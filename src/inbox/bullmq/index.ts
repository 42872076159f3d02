// The inbox on Redis. BullMQ is the queue.

import { CHECKED_LATER, checkOptions, FLAG, type OptionRules } from "../../lib/options.js";
import type { DedupeStore } from "../../stores/store.js";
import { createBacklog } from "../backlog-limit.js";
import { entryToText } from "../entry-codec.js";
import type { Inbox, InboxNeeds, InboxWork } from "../inbox.js";
import { createRetention, positive } from "../retention.js";
import { bullMqAdmin, sum } from "./admin.js";
import {
  type BullMqQueueLike,
  checkBullMqQueue,
  durabilityCheck,
  jobId,
  MAX_ATTEMPTS,
  PAUSED,
  removal,
} from "./driver.js";
import { startBullMqWorker } from "./worker.js";

export type { BullMqQueueLike } from "./driver.js";

/** Options of `bullmqInbox`. */
export interface BullMqInboxOptions<Tx = never> {
  /** The store in which each run is claimed: BullMQ runs a stalled job again while the first run may still be in progress. */
  readonly store?: DedupeStore<Tx>;
  /** Accepts a Redis that can lose events: without append-only file, or with a policy that evicts. Default false. */
  readonly allowVolatile?: boolean;
  /** The largest number of waiting events; beyond it senders get 503. Default 100,000. Counted once a second. */
  readonly maxWaiting?: number;
  /** How long done events are kept, with their bodies. Default 7 days, or longer if the receiver needs it. */
  readonly retentionSeconds?: number;
  /** How long dead events are kept. Default 90 days, or longer if the receiver needs it. */
  readonly deadRetentionSeconds?: number;
  /** The length of a worker's lock on an event, unless renewed, and about the time after a crash until the event runs again. Default 30. */
  readonly lockSeconds?: number;
}

const RULES: OptionRules<BullMqInboxOptions> = {
  store: CHECKED_LATER,
  allowVolatile: FLAG,
  maxWaiting: CHECKED_LATER,
  retentionSeconds: CHECKED_LATER,
  deadRetentionSeconds: CHECKED_LATER,
  lockSeconds: CHECKED_LATER,
};

/**
 * A durable inbox on Redis. BullMQ queues, retries and stores the events; the application creates and closes the `Queue`.
 *
 * Shape:   a queue for each receiver; a job for each event, whose id is made from the event's key, so that a second delivery
 *          of the event finds the job as long as it is kept.
 * Source:  BullMQ 6, https://docs.bullmq.io; `describeInbox` and the fault suite test the parts that are used.
 * Promise: an accepted event is in Redis. Redis decides what survives its own failure: `appendonly yes` and
 *          `maxmemory-policy noeviction` are checked, and without them nothing is accepted unless `allowVolatile` is set. With
 *          `appendfsync everysec` a power loss may lose the last second. Not promised: that a handler runs once (use
 *          `store`), nor any order.
 *
 * @param queue - A BullMQ `Queue` that nothing else adds jobs to.
 * @returns An inbox for the `inbox` option of a receiver.
 * @throws {TypeError} When the queue is not one, or an option is unknown or out of range.
 * @example
 * const inbox = bullmqInbox(new Queue("stripe-events", { connection: { host: "127.0.0.1", port: 6379 } }));
 */
export function bullmqInbox<Tx = never>(queue: BullMqQueueLike, options: BullMqInboxOptions<Tx> = {}): Inbox<Tx> {
  checkOptions("bullmqInbox", options, RULES);
  checkBullMqQueue(queue);
  const maxWaiting = positive("bullmqInbox", "maxWaiting", options.maxWaiting ?? 100_000);
  const lockMs = positive("bullmqInbox", "lockSeconds", options.lockSeconds ?? 30) * 1_000;
  const retention = createRetention("bullmqInbox", options);
  let needs: InboxNeeds | undefined;
  const works = new Set<InboxWork>();
  const backlog = createBacklog("bullmqInbox", maxWaiting, async () => {
    const counts = await queue.getJobCounts("waiting", "delayed", "prioritized", PAUSED);
    return sum(counts);
  });

  const checkDurability = durabilityCheck(queue, {
    allowVolatile: options.allowVolatile === true,
    report: (message) => needs?.report(message),
  });
  const admin = bullMqAdmin(queue, retention);

  return {
    name: "bullmqInbox",
    isShared: true,
    keepsOrder: false,
    ...(options.store === undefined ? {} : { store: options.store }),

    attach(given) {
      if (given.needsOrder) {
        throw new TypeError(
          "createReceiver: order needs an inbox that keeps order, which BullMQ does not: use sqliteInbox, or pgBossInbox with keepsOrder",
        );
      }
      if (needs !== undefined && needs.source !== given.source) {
        throw new TypeError(
          `createReceiver: bullmqInbox: queue ${queue.name} already belongs to ${needs.receiver}; give each receiver a queue of its own`,
        );
      }
      needs = given;
      retention.attach(given);
    },

    async put(entries) {
      await checkDurability();
      await backlog.admit(needs?.source ?? queue.name, entries.length);
      const known = await Promise.all(entries.map(async ({ key }) => (await queue.getJob(jobId(key))) !== undefined));
      const fresh = entries.filter((_, at) => known[at] !== true);
      await queue.addBulk(
        fresh.map((entry) => ({
          name: "event",
          data: entryToText(entry),
          opts: { jobId: jobId(entry.key), attempts: MAX_ATTEMPTS, ...removal(retention) },
        })),
      );
      return known.map((isKnown) => (isKnown ? "known" : "stored"));
    },

    work(worker) {
      const started = startBullMqWorker(worker, { queue, lockMs, checkDurability, retention });
      works.add(started);
      return started;
    },

    ...admin,

    async close() {
      await Promise.all([...works].map((work) => work.stop()));
    },
  };
}
