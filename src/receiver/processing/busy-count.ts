// Counts the handlers that run and those about to start, and waits until there are none.
import type { MaybePromise } from "../../lib/maybe-promise.js";

export class BusyCount {
  #starting = 0;
  #running = 0;
  /** Runs that go on, those of weight 0 included. */
  #runs = 0;
  #idleListeners: (() => void)[] = [];

  /** While a store is asked, an event counts already: others must not take its place. */
  get count(): number {
    return this.#starting + this.#running;
  }

  get #isIdle(): boolean {
    return this.#runs + this.#starting === 0;
  }

  /** Resolves once nothing starts or runs. */
  idle(): Promise<void> {
    if (this.#isIdle) return Promise.resolve();
    return new Promise((resolve) => this.#idleListeners.push(resolve));
  }

  enter(weight: 0 | 1): void {
    this.#runs++;
    this.#running += weight;
  }

  leave(weight: 0 | 1): void {
    this.#runs--;
    this.#running -= weight;
    this.#notify();
  }

  /** Counts as starting until the work settles. */
  async starting<T>(work: PromiseLike<T>): Promise<T> {
    this.#starting++;
    try {
      return await work;
    } finally {
      this.#starting--;
      this.#notify();
    }
  }

  /** Busy without a gap: what `next` starts runs before it no longer counts as starting. */
  async startAfter<T, R>(
    first: PromiseLike<T>,
    next: (value: T) => MaybePromise<R>,
    failed: (error: unknown) => MaybePromise<R>,
  ): Promise<R> {
    this.#starting++;
    try {
      const settled = await first.then(
        (value) => ({ value }),
        (error: unknown) => ({ error }),
      );
      const started = "value" in settled ? next(settled.value) : failed(settled.error);
      return started as R; // not awaited here: a run counts by itself
    } finally {
      this.#starting--;
      this.#notify();
    }
  }

  #notify(): void {
    if (this.#idleListeners.length === 0 || !this.#isIdle) return;
    for (const listener of this.#idleListeners.splice(0)) listener();
  }
}
