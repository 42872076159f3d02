// Runs entries with a BullMQ Worker.
import type { ConnectionOptions } from "bullmq";
import { WebhookError } from "../../core/errors.js";
import { counterAfterRetry, poisonReason, startOf } from "../attempt-counter.js";
import { entryFromText } from "../entry-codec.js";
import { type InboxEntry, type InboxWork, type InboxWorker, MAX_REASON_CHARACTERS, POISON_STARTS } from "../inbox.js";
import type { Retention } from "../retention.js";
import { runSafely } from "../worker-loop.js";
import { type BullMqJob, type BullMqQueueLike, MAX_ATTEMPTS, removal } from "./driver.js";

export interface BullMqWork {
  readonly queue: BullMqQueueLike;
  readonly lockMs: number;
  readonly checkDurability: () => Promise<void>;
  readonly retention: Retention;
}

/** @returns Its `stop` resolves once no more entries are taken and the running ones have ended. */
export function startBullMqWorker(worker: InboxWorker, settings: BullMqWork): InboxWork {
  const { queue, lockMs, checkDurability } = settings;
  const lost = new Map<string, (reason: string) => void>();
  let isStopped = false;
  const report = (what: string, cause: unknown): void =>
    worker.onError(new WebhookError("store_unavailable", `bullmqInbox: ${what}`, { cause }));

  async function open() {
    await checkDurability();
    const { Worker, DelayedError, UnrecoverableError } = await import("bullmq");
    if (isStopped) return undefined;
    const engine = new Worker(queue.name, process, {
      connection: ownConnection(queue.opts.connection),
      ...(queue.opts.prefix === undefined ? {} : { prefix: queue.opts.prefix }),
      concurrency: worker.concurrency,
      lockDuration: lockMs,
      stalledInterval: lockMs,
      maxStalledCount: MAX_ATTEMPTS,
      ...removal(settings.retention),
    });
    engine.on("error", (error: unknown) => report("the worker reports", error));
    engine.on("lockRenewalFailed", (ids: readonly string[]) => {
      for (const id of ids) lost.get(id)?.("the lock could not be renewed: another worker may have taken the entry");
    });
    return engine;

    async function process(raw: unknown, token: string | undefined): Promise<void> {
      const job = raw as BullMqJob;
      let entry: InboxEntry;
      try {
        entry = entryFromText(job.data);
      } catch (cause) {
        report(`job ${job.id} cannot be read`, cause);
        throw new UnrecoverableError(String(cause));
      }
      const { attempt, unended, progress } = startOf(job.data.counter ?? {}, job.attemptsStarted);
      if (unended >= POISON_STARTS) {
        const reason = poisonReason(unended);
        worker.onDead(entry, reason);
        throw new UnrecoverableError(reason);
      }
      const onLost = (listener: (reason: string) => void): void => void lost.set(job.id, listener);
      const decision = await runSafely(worker, entry, { attempt, progress, onLost }).finally(() => lost.delete(job.id));
      if (decision.state === "done") return;
      if (decision.state === "dead") throw new UnrecoverableError(decision.reason.slice(0, MAX_REASON_CHARACTERS));
      const counter = counterAfterRetry(job.data.counter ?? {}, job.attemptsStarted, decision);
      await job.updateData({ ...job.data, counter, reason: decision.reason });
      await job.moveToDelayed(Date.now() + Math.min(decision.afterSeconds, 365 * 86_400) * 1_000, token);
      throw new DelayedError();
    }
  }

  const opened = keepTrying(
    open,
    () => isStopped,
    (cause) => report("no worker could be started", cause),
  );
  return {
    async stop(): Promise<void> {
      isStopped = true;
      const engine = await opened;
      await engine?.close();
    },
  };
}

/** A BullMQ worker needs a connection that retries without limit. The queue's own connection should not do that. */
function ownConnection(connection: unknown): ConnectionOptions {
  const { duplicate } = (connection ?? {}) as { duplicate?: (options: object) => ConnectionOptions };
  const forever = { maxRetriesPerRequest: null };
  if (typeof duplicate === "function") return duplicate.call(connection, forever);
  return { ...(connection as object), ...forever };
}

const START_PAUSE_MS = 1_000;

/** Retries until the worker has started: Redis may be unavailable when the process starts. */
async function keepTrying<T>(
  open: () => Promise<T>,
  isStopped: () => boolean,
  onError: (cause: unknown) => void,
): Promise<T | undefined> {
  while (!isStopped()) {
    try {
      return await open();
    } catch (cause) {
      onError(cause);
      await new Promise((resolve) => setTimeout(resolve, START_PAUSE_MS));
    }
  }
  return undefined;
}
