// Chooses the record that a full memory store evicts, and warns once when eviction shortens the retention.
import { StoreFullError } from "../store.js";
import type { Claim, Done, DoneQueue, Queue } from "./entry.js";

/** The queues of a memory store. The oldest entry of a queue is the first to expire. */
export interface RecordQueues {
  readonly claimed: Queue<Claim>;
  /** Released without progress. */
  readonly released: Queue<Claim>;
  /** Released with progress. */
  readonly progressed: Queue<Claim>;
  /** By retention in seconds. A receiver has one retention, so a store has one such queue per receiver. */
  readonly done: ReadonlyMap<number, DoneQueue>;
}

export class Eviction {
  readonly #maxKeys: number;
  readonly #queues: RecordQueues;
  readonly #reports = new Set<(message: string) => void>();
  #minRetentionMs = 0;
  #hasReported = false;

  constructor(maxKeys: number, queues: RecordQueues) {
    this.#maxKeys = maxKeys;
    this.#queues = queues;
  }

  /** A record does not name its receiver, so the longest of all minimum retentions applies to every record. */
  attach(minRetentionSeconds: number, report: ((message: string) => void) | undefined): void {
    this.#minRetentionMs = Math.max(this.#minRetentionMs, minRetentionSeconds * 1000);
    if (report !== undefined) this.#reports.add(report);
  }

  /**
   * Takes the record to evict out of its queue.
   *
   * A released record is first: when it is evicted only its attempt count is lost, and its event is retried anyway.
   * An evicted done record would let its event run again.
   *
   * @throws {StoreFullError} When every record is claimed or must not be forgotten yet.
   */
  takeVictim(nowMs: number): Claim | Done {
    const { claimed, released, progressed } = this.#queues;
    if (released.oldest !== undefined) return released.oldest;
    const queue = this.#oldestDone(nowMs);
    if (queue?.oldest !== undefined) {
      const done = queue.oldest;
      this.#reportOnce(queue, done, nowMs);
      queue.shift();
      return done;
    }
    if (progressed.oldest !== undefined) return progressed.oldest;
    if (claimed.oldest !== undefined && claimed.oldest.sinceMs <= nowMs) return claimed.oldest; // its lease has lapsed
    const protectedSeconds = this.#minRetentionMs / 1000;
    throw new StoreFullError(
      `memoryStore: all ${this.#maxKeys} keys are claimed or were completed within the last ${protectedSeconds} s; raise maxKeys`,
    );
  }

  /** The queue of the record completed first, where its minimum retention is over. */
  #oldestDone(nowMs: number): DoneQueue | undefined {
    let first: DoneQueue | undefined;
    let firstMs = Number.POSITIVE_INFINITY;
    for (const queue of this.#queues.done.values()) {
      const doneMs = doneAt(queue);
      if (doneMs + this.#minRetentionMs > nowMs || doneMs >= firstMs) continue;
      first = queue;
      firstMs = doneMs;
    }
    return first;
  }

  #reportOnce(queue: DoneQueue, done: Done, nowMs: number): void {
    if (this.#hasReported) return;
    this.#hasReported = true;
    const kept = approximately(nowMs - (done.expiresMs - queue.keepMs));
    const promised = approximately(queue.keepMs);
    const message =
      `memoryStore: maxKeys (${this.#maxKeys}) is reached, so events are now forgotten after about ${kept} instead of ` +
      `${promised}; a duplicate that arrives later runs again. Raise maxKeys, shorten retentionSeconds, or use a shared store.`;
    for (const report of this.#reports) report(message);
  }
}

/** When its oldest record was completed; infinity where it has none. */
function doneAt({ oldest, keepMs }: DoneQueue): number {
  return oldest === undefined ? Number.POSITIVE_INFINITY : oldest.expiresMs - keepMs;
}

/** "4 h" rather than "14,512,003 ms": for a person, not for a parser. */
function approximately(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}
