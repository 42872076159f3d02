// Chooses the record that a full memory store evicts, and warns once when eviction shortens the retention.
import { StoreFullError } from "../store.js";
import { Done, type Entry } from "./entry.js";
import type { Queue } from "./linked-queue.js";

/** The queues of a memory store. The oldest entry of a queue is the first to expire. */
export interface RecordQueues {
  readonly claimed: Queue<Entry>;
  /** Released without progress. */
  readonly released: Queue<Entry>;
  /** Released with progress. */
  readonly progressed: Queue<Entry>;
  /** By retention in seconds. A receiver has one retention, so a store has one such queue per receiver. */
  readonly done: ReadonlyMap<number, Queue<Entry>>;
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
   * The record to evict.
   *
   * A released record is first: when it is evicted only its attempt count is lost, and its event is retried anyway.
   * An evicted done record would let its event run again.
   *
   * @throws {StoreFullError} When every record is claimed or must not be forgotten yet.
   */
  victim(nowMs: number): Entry {
    const { released, progressed } = this.#queues;
    const victim = released.oldest ?? this.#oldestDone(nowMs) ?? progressed.oldest ?? this.#lapsedClaim(nowMs);
    if (victim === undefined) {
      const protectedSeconds = this.#minRetentionMs / 1000;
      throw new StoreFullError(
        `memoryStore: all ${this.#maxKeys} keys are claimed or were completed within the last ${protectedSeconds} s; raise maxKeys`,
      );
    }
    if (victim instanceof Done) this.#reportOnce(victim, nowMs);
    return victim;
  }

  /** The record completed first, where its minimum retention is over. */
  #oldestDone(nowMs: number): Entry | undefined {
    let first: Entry | undefined;
    for (const { oldest } of this.#queues.done.values()) {
      if (oldest === undefined || oldest.sinceMs + this.#minRetentionMs > nowMs) continue;
      if (first === undefined || oldest.sinceMs < first.sinceMs) first = oldest;
    }
    return first;
  }

  #lapsedClaim(nowMs: number): Entry | undefined {
    const { oldest } = this.#queues.claimed;
    return oldest !== undefined && oldest.sinceMs <= nowMs ? oldest : undefined;
  }

  #reportOnce(done: Done, nowMs: number): void {
    if (this.#hasReported) return;
    this.#hasReported = true;
    const kept = approximately(nowMs - done.sinceMs);
    const promised = approximately(done.queue?.keepMs ?? 0);
    const message =
      `memoryStore: maxKeys (${this.#maxKeys}) is reached, so events are now forgotten after about ${kept} instead of ` +
      `${promised}; a duplicate that arrives later runs again. Raise maxKeys, shorten retentionSeconds, or use a shared store.`;
    for (const report of this.#reports) report(message);
  }
}

/** "4 h" rather than "14,512,003 ms": for a person, not for a parser. */
function approximately(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}
