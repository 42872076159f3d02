// The worker loop of engines that are polled: takes entries, runs them and renews those that run.

import { WebhookError } from "../core/errors.js";
import { unref } from "../lib/timer.js";
import type { InboxDecision, InboxEntry, InboxJob, InboxWork, InboxWorker } from "./inbox.js";

export interface LoopOptions<Job> {
  readonly concurrency: number;
  /** The largest number of jobs taken together. */
  readonly maxBatch: number;
  /** How long an idle loop waits before it looks for jobs again. `Infinity`: until it is woken. */
  readonly pollMs: number;
  readonly take: (count: number) => Promise<readonly Job[]>;
  /** Runs a job and settles it. A rejection is reported, and the engine's own lease decides when the job is retried. */
  readonly run: (job: Job, onLost: (tell: (reason: string) => void) => void) => Promise<void>;
  readonly beatMs: number;
  /** Renews the jobs that run. @returns Those that this worker no longer holds. */
  readonly beat: (held: readonly Job[]) => Promise<readonly Job[]>;
  readonly onError: (what: string, cause: unknown) => void;
}

const RETRY_SECONDS = 1;
const LOST = "the entry was given to another worker, because this one had not renewed it in time";
/** The shortest pause after a failure of the engine. */
const FAILURE_PAUSE_MS = 1_000;

/** Runs an entry. A run that rejects, against its contract, is a failed run. */
export async function runSafely(worker: InboxWorker, entry: InboxEntry, job: InboxJob): Promise<InboxDecision> {
  try {
    return await worker.run(entry, job);
  } catch (cause) {
    worker.onError(new WebhookError("internal_error", "hookgate failed while running an entry", { cause }));
    return { state: "retry", afterSeconds: RETRY_SECONDS, reason: String(cause), progress: undefined, isCounted: true };
  }
}

interface HeldJob {
  tell: ((reason: string) => void) | undefined;
  isLost: boolean;
}

export class WorkerLoop<Job extends object> {
  readonly #options: LoopOptions<Job>;
  readonly #held = new Map<Job, HeldJob>();
  readonly #runs = new Set<Promise<void>>();
  /** While jobs run. */
  #heart: NodeJS.Timeout | undefined;
  #isStopped = false;
  #isWoken = false;
  #taking: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: LoopOptions<Job>) {
    this.#options = options;
    this.wake();
  }

  /** Looks for jobs now. */
  wake(): void {
    this.#isWoken = true;
    if (this.#isStopped || this.#taking !== undefined) return;
    clearTimeout(this.#timer);
    this.#taking = this.#fill().finally(() => {
      this.#taking = undefined;
      if (this.#isWoken && this.#held.size < this.#options.concurrency) this.wake(); // woken after the last look
    });
  }

  /** Takes no more jobs. Resolves once the running ones are settled. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#taking;
    while (this.#runs.size > 0) await Promise.all(this.#runs);
    this.#stopHeart();
  }

  #stopHeart(): void {
    clearInterval(this.#heart);
    this.#heart = undefined;
  }

  async #beat(): Promise<void> {
    if (this.#held.size === 0) return;
    try {
      for (const job of await this.#options.beat([...this.#held.keys()])) {
        const held = this.#held.get(job);
        if (held === undefined || held.isLost) continue;
        held.isLost = true;
        held.tell?.(LOST);
      }
    } catch (cause) {
      this.#options.onError("the running entries could not be renewed", cause);
    }
  }

  async #fill(): Promise<void> {
    const { concurrency, maxBatch, pollMs, take, onError } = this.#options;
    let waitMs = pollMs;
    try {
      while (!this.#isStopped) {
        const free = Math.min(concurrency - this.#held.size, maxBatch);
        if (free <= 0) break;
        this.#isWoken = false;
        const jobs = await take(free);
        for (const job of jobs) this.#start(job);
        if (jobs.length < free && !this.#isWoken) break;
      }
    } catch (cause) {
      waitMs = Math.max(waitMs, FAILURE_PAUSE_MS);
      onError("no entries could be taken", cause);
    }
    clearTimeout(this.#timer);
    if (this.#isStopped || waitMs === Number.POSITIVE_INFINITY) return;
    this.#timer = setTimeout(() => this.wake(), waitMs);
  }

  #start(job: Job): void {
    const held: HeldJob = { tell: undefined, isLost: false };
    this.#held.set(job, held);
    if (this.#heart === undefined) {
      this.#heart = setInterval(() => void this.#beat(), this.#options.beatMs);
      unref(this.#heart);
    }
    const onLost = (tell: (reason: string) => void): void => {
      held.tell = tell;
      if (held.isLost) tell(LOST);
    };
    const run = Promise.resolve()
      .then(() => this.#options.run(job, onLost))
      .catch((cause: unknown) => this.#options.onError("a run could not be settled", cause))
      .then(() => {
        this.#held.delete(job);
        if (this.#held.size === 0) this.#stopHeart();
        this.#runs.delete(run);
        this.wake();
      });
    this.#runs.add(run);
  }
}

/** The loops of one inbox. */
export class WorkerLoops {
  readonly #loops = new Set<Pick<WorkerLoop<object>, "wake" | "stop">>();

  add(loop: Pick<WorkerLoop<object>, "wake" | "stop">): InboxWork {
    this.#loops.add(loop);
    return {
      stop: async () => {
        this.#loops.delete(loop);
        await loop.stop();
      },
    };
  }

  wake(): void {
    for (const loop of this.#loops) loop.wake();
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#loops].map((loop) => loop.stop()));
    this.#loops.clear();
  }
}
