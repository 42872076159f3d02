// Counts, lists, redrives and purges entries in BullMQ.
import { entryFromText } from "../entry-codec.js";
import type { Inbox, InboxRecord, InboxState } from "../inbox.js";
import type { Retention } from "../retention.js";
import { type BullMqJob, type BullMqQueueLike, type BullMqState, jobId, PAUSED } from "./driver.js";

const PURGED_AT_ONCE = 1_000;
/** The largest number of jobs that a listing reads of one state. */
const MAX_LISTED = 10_000;

export function bullMqAdmin(
  queue: BullMqQueueLike,
  retention: Retention,
): Pick<Inbox, "counts" | "list" | "get" | "redrive" | "purge"> {
  async function jobOf(key: string): Promise<BullMqJob | undefined> {
    return (await queue.getJob(jobId(key))) as BullMqJob | undefined;
  }

  return {
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
      const from = afterKey === undefined ? 0 : jobs.findIndex((job) => job.id === jobId(afterKey)) + 1;
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
        const { counter: _forgotten, reason: _old, ...data } = job.data;
        const starts = job.attemptsStarted;
        // The job is not moved before its data is updated, so a crash in between loses nothing.
        await job.updateData({ ...data, counter: { uncounted: starts, ended: starts } });
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
  const { counter = {}, reason } = job.data;
  return {
    entry: entryFromText(job.data),
    state,
    attempts: job.attemptsStarted - (counter.uncounted ?? 0),
    reason: state === "dead" ? job.failedReason : reason,
    runAtMs: state === "waiting" ? job.timestamp + job.delay : undefined,
  };
}

export function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}
