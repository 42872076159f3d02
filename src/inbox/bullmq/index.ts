// An inbox on Redis, with BullMQ doing the queueing.

import { refuseUnknownKeys } from "../../lib/options.js";
import type { DedupeStore } from "../../stores/store.js";
import { createBacklog } from "../backlog-limit.js";
import { entryFromText, entryToText } from "../entry-codec.js";
import type { Inbox, InboxNeeds, InboxRecord, InboxState } from "../inbox.js";
import { createRetention, positive } from "../retention.js";
import {
  type BullMqJob,
  type BullMqQueueLike,
  type BullMqState,
  checkBullMqQueue,
  durabilityCheck,
  MAX_ATTEMPTS,
  PAUSED,
  removal,
} from "./driver.js";
import { startBullMqWorker } from "./worker.js";

export type { BullMqQueueLike } from "./driver.js";

/** Options of `bullmqInbox`. */
export interface BullMqInboxOptions<Tx = never> {
  /** Claimed around each run: BullMQ runs a stalled job again while the first run may still be under way. */
  readonly store?: DedupeStore<Tx>;
  /** Takes a Redis that forgets: without append-only file, or with a policy that evicts. What was accepted may then be lost. Default false. */
  readonly allowVolatile?: boolean;
  /** How many events may wait; beyond it senders hear 503. Default 100,000. Counted once a second. */
  readonly maxWaiting?: number;
  /** How long done events are kept, with their bytes. Default 7 days, or what the receiver needs where that is longer. */
  readonly retentionSeconds?: number;
  /** How long dead ones are. Default 90 days, or what the receiver needs where that is longer. */
  readonly deadRetentionSeconds?: number;
  /** How long a worker's lock on an event holds unless renewed, and about how long after a crash it runs again. Default 30. */
  readonly lockSeconds?: number;
}

const OPTIONS: readonly (keyof BullMqInboxOptions)[] = [
  "store",
  "allowVolatile",
  "maxWaiting",
  "retentionSeconds",
  "deadRetentionSeconds",
  "lockSeconds",
];
const PURGED_AT_ONCE = 1_000;
/** BullMQ refuses ids of digits only, and keeps its own under other first letters. */
const ID_PREFIX = "e-";
/** Listing reads so many jobs of a state, at most. */
const MAX_LISTED = 10_000;

/**
 * A durable inbox on Redis. BullMQ queues, retries and keeps; the application makes and closes the `Queue`.
 *
 * Shape:   a queue of its own for each receiver; a job for each event, whose id is the event's key, so that a second delivery
 *          of it meets the first for as long as the job is kept.
 * Source:  BullMQ 6, https://docs.bullmq.io; `describeInbox` and the fault suite pin what is used of it.
 * Promise: what was answered as accepted is in Redis. Whether it survives Redis is Redis's: `appendonly yes` and
 *          `maxmemory-policy noeviction` are checked, and without them nothing is accepted unless `allowVolatile`. With
 *          `appendfsync everysec` a loss of power may take the last second. Not promised: that a handler runs once (give
 *          `store`), nor any order.
 *
 * @param queue - A BullMQ `Queue` that nothing else puts into.
 * @throws {TypeError} When it is no queue, or an option is unknown or out of range.
 * @example
 * const inbox = bullmqInbox(new Queue("stripe-events", { connection: { host: "127.0.0.1", port: 6379 } }));
 */
export function bullmqInbox<Tx = never>(queue: BullMqQueueLike, options: BullMqInboxOptions<Tx> = {}): Inbox<Tx> {
  refuseUnknownKeys("bullmqInbox", options, OPTIONS);
  checkBullMqQueue(queue);
  const maxWaiting = positive("bullmqInbox", "maxWaiting", options.maxWaiting ?? 100_000);
  const lockMs = positive("bullmqInbox", "lockSeconds", options.lockSeconds ?? 30) * 1_000;
  const retention = createRetention("bullmqInbox", options);
  let needs: InboxNeeds | undefined;
  const works = new Set<{ stop(): Promise<void> }>();
  const backlog = createBacklog("bullmqInbox", maxWaiting, async () => {
    const counts = await queue.getJobCounts("waiting", "delayed", "prioritized", PAUSED);
    return sum(counts);
  });

  const checkDurability = durabilityCheck(queue, {
    allowVolatile: options.allowVolatile === true,
    report: (message) => needs?.report(message),
  });
  const work = { queue, lockMs, checkDurability, retention };

  async function jobOf(key: string): Promise<BullMqJob | undefined> {
    return (await queue.getJob(ID_PREFIX + key)) as BullMqJob | undefined;
  }

  return {
    name: "bullmqInbox",
    isShared: true,
    keepsOrder: false,
    ...(options.store === undefined ? {} : { store: options.store }),

    attach(given) {
      if (given.needsOrder) {
        throw new TypeError(
          "createReceiver: order needs an inbox that keeps it, and BullMQ keeps none: use sqliteInbox or pgBossInbox with keepsOrder",
        );
      }
      if (needs !== undefined && needs.source !== given.source) {
        throw new TypeError(
          `createReceiver: bullmqInbox: queue ${queue.name} is that of ${needs.receiver} already; give each receiver a queue of its own`,
        );
      }
      needs = given;
      retention.attach(given);
    },

    async put(entries) {
      await checkDurability();
      await backlog.admit(needs?.source ?? queue.name, entries.length);
      const known = await Promise.all(
        entries.map(async ({ key }) => (await queue.getJob(ID_PREFIX + key)) !== undefined),
      );
      const fresh = entries.filter((_, at) => known[at] !== true);
      await queue.addBulk(
        fresh.map((entry) => ({
          name: "event",
          data: entryToText(entry),
          opts: { jobId: ID_PREFIX + entry.key, attempts: MAX_ATTEMPTS, ...removal(retention) },
        })),
      );
      return known.map((isKnown) => (isKnown ? "known" : "stored"));
    },

    work(worker) {
      const started = startBullMqWorker(worker, work);
      works.add(started);
      return started;
    },

    async counts() {
      const counts = await queue.getJobCounts(
        "waiting",
        "delayed",
        "prioritized",
        PAUSED,
        "active",
        "completed",
        "failed",
      );
      const [oldest] = (await queue.getJobs(["waiting", PAUSED], 0, 0, true)) as (BullMqJob | undefined)[];
      const { active = 0, completed = 0, failed = 0, ...waiting } = counts;
      return {
        waiting: sum(waiting),
        running: active,
        done: completed,
        dead: failed,
        oldestWaitingSeconds: oldest === undefined ? 0 : Math.max(0, (Date.now() - oldest.timestamp) / 1_000),
      };
    },

    async list({ state, limit = 100, afterKey }) {
      const found = (await queue.getJobs([...TYPES[state]], 0, MAX_LISTED, true)) as (BullMqJob | undefined)[];
      const jobs = found.filter((job) => job !== undefined);
      jobs.sort((a, b) => a.timestamp - b.timestamp);
      const from = afterKey === undefined ? 0 : jobs.findIndex((job) => job.id === ID_PREFIX + afterKey) + 1;
      return jobs.slice(from, from + Math.min(limit, 1_000)).map((job) => recordOf(job, state));
    },

    async get(key) {
      const job = await jobOf(key);
      return job === undefined ? undefined : recordOf(job, stateOf(await job.getState()));
    },

    async redrive(keys) {
      let count = 0;
      for (const key of keys) {
        const job = await jobOf(key);
        const type = await job?.getState();
        if (job === undefined || (type !== "completed" && type !== "failed")) continue;
        const { kept: _forgotten, reason: _told, ...data } = job.data;
        const starts = job.attemptsStarted;
        // The job stays where it is until it waits, so that a crash in between loses nothing.
        await job.updateData({ ...data, kept: { uncounted: starts, ended: starts } });
        await job.retry(type);
        count++;
      }
      return count;
    },

    async purge() {
      const done = await queue.clean(retention.doneSeconds * 1_000, PURGED_AT_ONCE, "completed");
      const dead = await queue.clean(retention.deadSeconds * 1_000, PURGED_AT_ONCE, "failed");
      return done.length + dead.length;
    },

    async close() {
      await Promise.all([...works].map((work) => work.stop()));
    },
  };
}

const TYPES: Readonly<Record<InboxState, readonly BullMqState[]>> = {
  waiting: ["waiting", "delayed", "prioritized", PAUSED],
  running: ["active"],
  done: ["completed"],
  dead: ["failed"],
};

function stateOf(type: string): InboxState {
  if (type === "active") return "running";
  if (type === "completed") return "done";
  return type === "failed" ? "dead" : "waiting";
}

function recordOf(job: BullMqJob, state: InboxState): InboxRecord {
  const { kept = {}, reason } = job.data;
  return {
    entry: entryFromText(job.data),
    state,
    attempts: job.attemptsStarted - (kept.uncounted ?? 0),
    reason: state === "dead" ? job.failedReason : reason,
    runAtMs: state === "waiting" ? job.timestamp + job.delay : undefined,
  };
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}
