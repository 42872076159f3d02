// Runs pg-boss jobs: fetches them, renews them and settles them.
import { WebhookError } from "../../core/errors.js";
import { counterAfterRetry, poisonReason, startOf } from "../attempt-counter.js";
import { entryFromText } from "../entry-codec.js";
import { type InboxDecision, type InboxEntry, type InboxWorker, POISON_STARTS } from "../inbox.js";
import type { Retention } from "../retention.js";
import { runSafely, WorkerLoop } from "../worker-loop.js";
import type { PgBossEngine } from "./driver.js";
import { HEARTBEAT_SECONDS, WAITING_RETENTION_SECONDS } from "./queues.js";
import { type PgBossJob, queueName, storable } from "./rows.js";

/** The largest number of entries fetched together: an entry that kills its process takes few others with it. */
const MAX_BATCH = 20;

export interface PgBossWorkerSettings {
  readonly engine: PgBossEngine;
  readonly ensureQueue: (source: string) => Promise<void>;
  readonly retention: Retention;
  readonly pollMs: number;
}

export function startPgBossWorker(worker: InboxWorker, settings: PgBossWorkerSettings): WorkerLoop<PgBossJob> {
  const { engine, retention } = settings;
  const { boss } = engine;
  const name = queueName(engine, worker.source);

  async function settle(job: PgBossJob, decision: InboxDecision): Promise<void> {
    const attempt = { id: job.id, retryCount: job.retryCount };
    if (decision.state === "done") {
      await boss.complete(name, attempt, {});
      return;
    }
    await engine.together(async (db) => {
      const { affected } = await boss.fail(name, attempt, { reason: storable(decision.reason) }, db);
      if (affected === 0) return; // another worker has the job, and its decision counts
      if (decision.state === "dead") {
        await boss.update(name, job.data, { id: job.id, deleteAfterSeconds: retention.deadSeconds, ...db });
        await boss.cancel(name, job.id, db);
        return;
      }
      const counter = counterAfterRetry(job.data.counter ?? {}, job.retryCount + 1, decision);
      const seconds = Math.min(decision.afterSeconds, WAITING_RETENTION_SECONDS);
      await boss.update(name, { ...job.data, counter }, { id: job.id, startAfter: `${seconds} seconds`, ...db });
    });
  }

  async function run(job: PgBossJob, onLost: (tell: (reason: string) => void) => void): Promise<void> {
    let entry: InboxEntry;
    try {
      entry = entryFromText(job.data);
    } catch (cause) {
      worker.onError(new WebhookError("store_unavailable", `pgBossInbox: job ${job.id} cannot be read`, { cause }));
      await settle(job, { state: "dead", reason: String(cause) });
      return;
    }
    const { attempt, unended, progress } = startOf(job.data.counter ?? {}, job.retryCount + 1);
    if (unended >= POISON_STARTS) {
      const reason = poisonReason(unended);
      await settle(job, { state: "dead", reason });
      worker.onDead(entry, reason);
      return;
    }
    await settle(job, await runSafely(worker, entry, { attempt, progress, onLost }));
  }

  return new WorkerLoop<PgBossJob>({
    concurrency: worker.concurrency,
    maxBatch: MAX_BATCH,
    pollMs: settings.pollMs,
    take: async (count) => {
      await settings.ensureQueue(worker.source);
      return (await boss.fetch(name, { batchSize: count, includeMetadata: true })) as PgBossJob[];
    },
    run,
    beatMs: (HEARTBEAT_SECONDS * 1_000) / 3,
    beat: async (held) => {
      const attempts = held.map(({ id, retryCount }) => ({ id, retryCount }));
      const { jobs: renewed } = await boss.touch(name, attempts);
      return renewed === undefined ? [] : held.filter((job) => !renewed.includes(job.id));
    },
    onError: (what, cause) => worker.onError(new WebhookError("store_unavailable", `pgBossInbox: ${what}`, { cause })),
  });
}
