// An inbox's hold on an entry, in the form of a claim. The inbox settles the entry by its decision, so nothing is stored here.
import type { HeldClaim } from "../dedupe/claim.js";
import type { InboxJob } from "./inbox.js";

export class InboxClaim implements HeldClaim {
  readonly key: string;
  readonly attempt: number;
  /** The attempt: an inbox has no other number that rises with every hold. */
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

  /** The progress that the run left for the next one; `undefined` where it left none. */
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
