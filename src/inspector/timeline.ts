// Counts outcomes and times of the last hour, minute by minute.
import type { Minute, Tone } from "./wire.js";

const MINUTE_MS = 60_000;
const MINUTES = 60;
/** Times beyond these, within one minute, are counted but not ordered. */
const MAX_TIMES = 2_000;

type Counts = Record<Tone, number>;

export class Timeline {
  /** Oldest first; the last one is still written to. Minutes in which nothing came are not there. */
  readonly #past: Minute[] = [];
  #startMs = 0;
  #counts: Counts = { good: 0, skipped: 0, refused: 0, failed: 0 };
  #times: number[] = [];

  add(nowMs: number, tone: Tone, durationMs: number | null): void {
    const startMs = Math.floor(nowMs / MINUTE_MS) * MINUTE_MS;
    // A clock that was set back goes on in the minute at hand.
    if (startMs > this.#startMs) this.#begin(startMs);
    this.#counts[tone]++;
    if (durationMs !== null && this.#times.length < MAX_TIMES) this.#times.push(durationMs);
  }

  /** The minute at hand; `null` where nothing came yet. */
  get current(): Minute | null {
    if (this.#startMs === 0) return null;
    const sorted = this.#times.toSorted((a, b) => a - b);
    return {
      startMs: this.#startMs,
      ...this.#counts,
      medianMs: sorted[sorted.length >> 1] ?? null,
      slowestMs: sorted.at(-1) ?? null,
    };
  }

  minutes(): readonly Minute[] {
    const { current } = this;
    return current === null ? [] : [...this.#past, current];
  }

  #begin(startMs: number): void {
    const { current } = this;
    if (current !== null) this.#past.push(current);
    this.#startMs = startMs;
    this.#counts = { good: 0, skipped: 0, refused: 0, failed: 0 };
    this.#times = [];
    const oldest = startMs - (MINUTES - 1) * MINUTE_MS;
    while (this.#past[0] !== undefined && this.#past[0].startMs < oldest) this.#past.shift();
  }
}
