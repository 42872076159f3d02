// The worker loop of engines that are polled: takes entries and keeps the ones that run.

import { WebhookError } from "../core/errors.js";
import { unref } from "../lib/timer.js";
import type { InboxDecision, InboxEntry, InboxJob, InboxWorker } from "./inbox.js";

export interface LoopOptions<Job> {
  readonly concurrency: number;
  /** Most that is taken in one go. */
  readonly maxBatch: number;
  /** How long an idle loop waits before it looks again. */
  readonly pollMs: number;
  readonly take: (count: number) => Promise<readonly Job[]>;
  /** Runs a job and settles it. What it rejects with is told, and the engine's own lease decides when it comes again. */
  readonly run: (job: Job, onLost: (tell: (reason: string) => void) => void) => Promise<void>;
  readonly beatMs: number;
  /** Tells the engine that these are still held. @returns Those that are not. */
  readonly beat: (held: readonly Job[]) => Promise<readonly Job[]>;
  readonly onError: (what: string, cause: unknown) => void;
}

export interface InboxLoop {
  /** There may be work now. */
  wake(): void;
  /** Takes no more, and resolves once what runs has been settled. */
  stop(): Promise<void>;
}

/** A run as the contract has it: one that rejects against it is a failed one. */
export async function runSafely(worker: InboxWorker, entry: InboxEntry, job: InboxJob): Promise<InboxDecision> {
  try {
    return await worker.run(entry, job);
  } catch (cause) {
    worker.onError(new WebhookError("internal_error", "hookgate failed while running an entry", { cause }));
    return { state: "retry", afterSeconds: RETRY_SECONDS, reason: String(cause), progress: undefined, isCounted: true };
  }
}

const RETRY_SECONDS = 1;
const LOST = "the entry was given to another worker: this one was not heard of for too long";
/** A failing engine is not asked more often than this. */
const FAILURE_PAUSE_MS = 1_000;

export function inboxLoop<Job extends object>(options: LoopOptions<Job>): InboxLoop {
  const held = new Map<Job, { tell: ((reason: string) => void) | undefined; isLost: boolean }>();
  const runs = new Set<Promise<void>>();
  let isStopped = false;
  let taking: Promise<void> | undefined;
  let isWoken = false;
  let timer: NodeJS.Timeout | undefined;
  const heart = setInterval(() => void beat(), options.beatMs);
  unref(heart);

  async function beat(): Promise<void> {
    if (held.size === 0) return;
    try {
      for (const job of await options.beat([...held.keys()])) {
        const one = held.get(job);
        if (one === undefined || one.isLost) continue;
        one.isLost = true;
        one.tell?.(LOST);
      }
    } catch (cause) {
      options.onError("the running entries could not be kept", cause);
    }
  }

  function start(job: Job): void {
    const one: { tell: ((reason: string) => void) | undefined; isLost: boolean } = { tell: undefined, isLost: false };
    held.set(job, one);
    const onLost = (tell: (reason: string) => void): void => {
      one.tell = tell;
      if (one.isLost) tell(LOST);
    };
    const run = Promise.resolve()
      .then(() => options.run(job, onLost))
      .catch((cause: unknown) => options.onError("a run could not be settled", cause))
      .then(() => {
        held.delete(job);
        runs.delete(run);
        wake();
      });
    runs.add(run);
  }

  async function fill(): Promise<void> {
    let waitMs = options.pollMs;
    try {
      while (!isStopped) {
        const free = Math.min(options.concurrency - held.size, options.maxBatch);
        if (free <= 0) break;
        isWoken = false;
        const jobs = await options.take(free);
        for (const job of jobs) start(job);
        if (jobs.length < free && !isWoken) break;
      }
    } catch (cause) {
      waitMs = Math.max(waitMs, FAILURE_PAUSE_MS);
      options.onError("no entries could be taken", cause);
    }
    if (isStopped) return;
    clearTimeout(timer);
    timer = setTimeout(wake, waitMs);
  }

  function wake(): void {
    isWoken = true;
    if (isStopped || taking !== undefined) return;
    clearTimeout(timer);
    taking = fill().finally(() => {
      taking = undefined;
      if (isWoken && held.size < options.concurrency) wake(); // woken too late for the last look
    });
  }

  wake();
  return {
    wake,
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await taking;
      while (runs.size > 0) await Promise.all(runs);
      clearInterval(heart);
    },
  };
}
