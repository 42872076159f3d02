// Limits open transactions below the size of the pool.
import { unref } from "../../lib/timer.js";
import { StoreFullError } from "../store.js";

/** How long a claim waits for a free transaction. It leaves time for the claim itself within the second that a claim has. */
const PATIENCE_MS = 500;

export class Slots {
  readonly limit: number;
  #takenCount = 0;
  readonly #waiting = new Set<() => void>();

  constructor(limit: number) {
    this.limit = limit;
  }

  /** Resolves with a function that frees the slot and may be called more than once. @throws {StoreFullError} After 0.5 s. */
  take(): Promise<() => void> {
    if (this.#takenCount < this.limit) return Promise.resolve(this.#taken());
    return new Promise((resolve, reject) => {
      const next = (): void => {
        clearTimeout(timer);
        resolve(this.#taken());
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(next);
        reject(new StoreFullError(`postgresStore: ${this.limit} transactions are open, which is the limit`));
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
