// Limits open transactions below the size of the pool.
import { unref } from "../../lib/timer.js";
import { StoreFullError } from "../store.js";

/** A burst is let through in turn for so long; within the second that a claim has, this leaves time for the claim. */
const PATIENCE_MS = 500;

export class Slots {
  readonly limit: number;
  #takenCount = 0;
  readonly #waiting = new Set<() => void>();

  constructor(limit: number) {
    this.limit = limit;
  }

  /** Resolves with what gives the slot back, which may be called more than once. @throws {StoreFullError} After 0.5 s. */
  take(): Promise<() => void> {
    if (this.#takenCount < this.limit) return Promise.resolve(this.#taken());
    return new Promise((resolve, reject) => {
      const next = (): void => {
        clearTimeout(timer);
        resolve(this.#taken());
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(next);
        reject(new StoreFullError(`postgresStore: ${this.limit} transactions are open, and no more may be`));
      }, PATIENCE_MS);
      unref(timer);
      this.#waiting.add(next);
    });
  }

  #taken(): () => void {
    this.#takenCount++;
    let isGiven = false;
    return () => {
      if (isGiven) return;
      isGiven = true;
      this.#takenCount--;
      const [next] = this.#waiting;
      if (next === undefined) return;
      this.#waiting.delete(next);
      next();
    };
  }
}
