// A claim that is an open transaction. It has no lease and ends once.
import type { MaybePromise } from "../lib/maybe-promise.js";
import type { BeginAnswer, HolderAnswer, OpenTransaction } from "../stores/store.js";
import type { HeldClaim } from "./claim.js";

export class TransactionalClaim implements HeldClaim {
  readonly key: string;
  readonly attempt: number;
  readonly fence: number;
  readonly progress: string | undefined;
  readonly isTransactional = true;
  readonly #transaction: OpenTransaction<unknown>;
  readonly #retentionSeconds: number;
  /** `close` and a handler that ends later must not both end the transaction. */
  #hasEnded = false;

  constructor(
    key: string,
    answer: Extract<BeginAnswer<unknown>, { readonly state: "claimed" }>,
    retentionSeconds: number,
  ) {
    this.key = key;
    this.attempt = answer.attempt;
    this.fence = answer.fence;
    this.progress = answer.progress;
    this.#transaction = answer.transaction;
    this.#retentionSeconds = retentionSeconds;
  }

  get tx(): unknown {
    return this.#transaction.tx;
  }

  /** There is no lease to renew: the transaction stays open as long as its connection. */
  keep(): void {}

  abandon(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#transaction.abandon();
  }

  complete(reply: string | undefined): MaybePromise<HolderAnswer> {
    if (this.#hasEnded) return "lost";
    this.#hasEnded = true;
    return this.#transaction.complete({ reply }, this.#retentionSeconds);
  }

  release(progress: string | undefined): MaybePromise<HolderAnswer> {
    if (this.#hasEnded) return "lost";
    this.#hasEnded = true;
    return this.#transaction.release(progress);
  }
}
