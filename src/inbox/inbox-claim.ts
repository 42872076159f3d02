// An inbox's hold on an entry, seen as a claim: the inbox settles it by the result, so here there is nothing to store.
import type { HeldClaim } from "../dedupe/claim.js";
import type { InboxJob } from "./inbox.js";

export class InboxClaim implements HeldClaim {
  readonly key: string;
  readonly attempt: number;
  /** An inbox has no number that rises with every hold but this one. */
  readonly fence: number;
  readonly progress: string | undefined;
  readonly isTransactional = false;
  readonly tx: unknown = undefined;
  readonly #job: InboxJob;
  #left: string | undefined;

  constructor(key: string, job: InboxJob) {
    this.key = key;
    this.attempt = job.attempt;
    this.fence = job.attempt;
    this.progress = job.progress;
    this.#job = job;
  }

  /** What the run left for the next one; `undefined`: nothing new. */
  get left(): string | undefined {
    return this.#left;
  }

  keep(onLost: (reason: string) => void): void {
    this.#job.onLost(onLost);
  }

  abandon(): void {}

  complete(): "held" {
    return "held";
  }

  release(progress: string | undefined): "held" {
    this.#left = progress;
    return "held";
  }
}
