// The dedupe store in this process's memory, bounded, on the monotonic clock.
import { refuseUnknownKeys } from "../../lib/options.js";
import {
  type ClaimAnswer,
  type ClaimRequest,
  type DedupeStore,
  type DoneRecord,
  type HolderAnswer,
  type OrderAnswer,
  RELEASED_RETENTION_SECONDS,
  StoreFullError,
  type StoreNeeds,
} from "../store.js";
import { Versions } from "./entity-versions.js";
import { Claim, Done, type Entry, isExpired } from "./entry.js";
import { Queue } from "./linked-queue.js";
import { ShardedMap } from "./sharded-map.js";

/** About 30 MB when full of events without a reply of their own. */
const DEFAULT_MAX_KEYS = 100_000;
/** Expired records removed by one claim at most: many times what a claim adds, and well under 0.1 ms. */
const PURGED_PER_CLAIM = 100;
const KEPT_AFTER_CLAIM_MS = RELEASED_RETENTION_SECONDS * 1000;

/** How many events a memory store keeps, and by which clock. */
export interface MemoryStoreOptions {
  /** How many events are remembered at most. Default 100,000; about 300 bytes each, and its own reply where it has one. */
  readonly maxKeys?: number;
  /** A monotonic clock in milliseconds, for tests. Default `performance.now`. Not the receiver's `now`, which is wall-clock time. */
  readonly now?: () => number;
}

/** A store whose ops answer at once. */
export interface MemoryStore extends DedupeStore {
  claim(claim: ClaimRequest): ClaimAnswer;
  renew(key: string, token: string, leaseSeconds: number): HolderAnswer;
  complete(key: string, token: string, done: DoneRecord, retentionSeconds: number): HolderAnswer;
  release(key: string, token: string, progress?: string): HolderAnswer;
  advance(entityKey: string, version: number, retentionSeconds: number): OrderAnswer;
  attach(needs: StoreNeeds): void;
  /** How many keys are kept now. */
  readonly size: number;
  /** How many records had to go before their time, since the store was made. */
  readonly evictions: number;
}

/**
 * Remembers events in this process: the default store.
 *
 * When `maxKeys` are kept, a new event takes the place of what is missed least: the oldest released event (its attempt
 * count is lost), else the event longest done, else the oldest released event with progress, else the oldest lapsed
 * claim. Never a claim in work, and never an event done so recently that the receiver's tolerance would let a replay in.
 *
 * Promise: one run per event in this process, while `maxKeys` hold what arrives within the retention; said once where
 *          they do not. Not promised: anything across processes or restarts. Use a shared store for that.
 *
 * @param options.maxKeys - Events remembered at most. Default 100,000.
 * @throws {TypeError} When built with an unknown option or a `maxKeys` that is not a whole number, 1 or more.
 * @throws {StoreFullError} From `claim`, when nothing may be forgotten. It passes; the sender hears 503.
 * @example createReceiver(stripe({ secret }), { dedupe: { store: memoryStore({ maxKeys: 1_000_000 }) } });
 */
export function memoryStore(options: MemoryStoreOptions = {}): MemoryStore {
  refuseUnknownKeys("memoryStore", options, ["maxKeys", "now"]);
  const { maxKeys = DEFAULT_MAX_KEYS, now = () => performance.now() } = options;
  if (!Number.isSafeInteger(maxKeys) || maxKeys < 1) {
    throw new TypeError(`memoryStore: maxKeys must be a whole number, 1 or more; got ${String(maxKeys)}`);
  }
  if (typeof now !== "function") {
    throw new TypeError(`memoryStore: now must be a function that returns milliseconds; got ${typeof now}`);
  }
  return new Memory(maxKeys, now);
}

class Memory implements MemoryStore {
  readonly name = "memoryStore";
  readonly isShared = false;
  readonly #maxKeys: number;
  readonly #now: () => number;
  readonly #startMs: number;
  readonly #entries = new ShardedMap<Entry>();
  readonly #claimed = new Queue<Entry>(KEPT_AFTER_CLAIM_MS);
  readonly #released = new Queue<Entry>(KEPT_AFTER_CLAIM_MS);
  readonly #progressed = new Queue<Entry>(KEPT_AFTER_CLAIM_MS);
  /** By retention, of which there is one per receiver: within one queue the oldest is the first to expire. */
  readonly #done = new Map<number, Queue<Entry>>();
  readonly #queues: Queue<Entry>[] = [this.#released, this.#progressed, this.#claimed];
  readonly #versions: Versions;
  readonly #reports = new Set<(message: string) => void>();
  #minRetentionMs = 0;
  /** One counter for all keys: a fence still rises when a key was forgotten and comes again. */
  #lastFence = 0;
  #evictions = 0;
  #hasReported = false;

  constructor(maxKeys: number, now: () => number) {
    this.#maxKeys = maxKeys;
    this.#versions = new Versions(maxKeys);
    this.#now = now;
    this.#startMs = now();
  }

  get size(): number {
    return this.#entries.size;
  }

  get evictions(): number {
    return this.#evictions;
  }

  attach(needs: StoreNeeds): void {
    // A record does not tell whose it is, so the most careful receiver decides for all.
    this.#minRetentionMs = Math.max(this.#minRetentionMs, needs.minRetentionSeconds * 1000);
    if (needs.report !== undefined) this.#reports.add(needs.report);
  }

  claim({ key, token, leaseSeconds, bodyDigest }: ClaimRequest): ClaimAnswer {
    const nowMs = this.#nowMs();
    this.#purge(nowMs);
    const entry = this.#find(key, nowMs);
    const untilMs = nowMs + leaseSeconds * 1000;
    if (entry instanceof Done) {
      return { state: "done", reply: entry.reply, isSameBody: entry.bodyDigest === bodyDigest };
    }
    if (entry !== undefined && entry.queue === this.#claimed) {
      if (entry.token === token) return this.#grant(entry, untilMs);
      if (entry.sinceMs > nowMs) {
        return { state: "in_flight", retryAfterSeconds: Math.max(1, Math.ceil((entry.sinceMs - nowMs) / 1000)) };
      }
    }
    const claim = entry ?? this.#create(key, token, bodyDigest, nowMs);
    claim.token = token;
    claim.bodyDigest = bodyDigest;
    claim.fence = ++this.#lastFence;
    claim.attempt++;
    return this.#grant(claim, untilMs);
  }

  renew(key: string, token: string, leaseSeconds: number): HolderAnswer {
    const nowMs = this.#nowMs();
    const claim = this.#find(key, nowMs);
    if (!(claim instanceof Claim) || claim.token !== token || claim.queue !== this.#claimed) return "lost";
    this.#grant(claim, nowMs + leaseSeconds * 1000);
    return "held";
  }

  complete(key: string, token: string, done: DoneRecord, retentionSeconds: number): HolderAnswer {
    const nowMs = this.#nowMs();
    const entry = this.#find(key, nowMs);
    if (entry === undefined || entry.token !== token) return "lost";
    if (entry instanceof Done) return "held";
    if (entry.queue !== this.#claimed) return "lost";
    this.#claimed.remove(entry);
    const record = new Done(entry, nowMs, done.reply);
    this.#entries.set(key, record);
    this.#doneQueue(retentionSeconds).push(record);
    return "held";
  }

  release(key: string, token: string, progress?: string): HolderAnswer {
    const nowMs = this.#nowMs();
    const claim = this.#find(key, nowMs);
    if (!(claim instanceof Claim) || claim.token !== token) return "lost";
    if (claim.queue !== this.#claimed) return "held";
    if (progress !== undefined) claim.progress = progress;
    claim.sinceMs = nowMs;
    (claim.progress === undefined ? this.#released : this.#progressed).push(claim);
    return "held";
  }

  advance(entityKey: string, version: number, retentionSeconds: number): OrderAnswer {
    return this.#versions.advance(entityKey, version, retentionSeconds, this.#nowMs());
  }

  #nowMs(): number {
    return Math.ceil(this.#now() - this.#startMs);
  }

  /** What is kept of the key and not past its time. */
  #find(key: string, nowMs: number): Done | Claim | undefined {
    const entry = this.#entries.get(key) as Done | Claim | undefined;
    if (entry === undefined || !isExpired(entry, nowMs)) return entry;
    this.#forget(entry);
    return undefined;
  }

  #create(key: string, token: string, bodyDigest: string, nowMs: number): Claim {
    if (this.#entries.size >= this.#maxKeys) this.#makeRoom(nowMs);
    const claim = new Claim(key, token, bodyDigest, nowMs);
    this.#entries.set(key, claim);
    return claim;
  }

  #grant(claim: Claim, untilMs: number): ClaimAnswer {
    claim.sinceMs = untilMs;
    this.#claimed.push(claim);
    return { state: "claimed", fence: claim.fence, attempt: claim.attempt, progress: claim.progress };
  }

  #doneQueue(retentionSeconds: number): Queue<Entry> {
    const known = this.#done.get(retentionSeconds);
    if (known !== undefined) return known;
    const queue = new Queue<Entry>(retentionSeconds * 1000);
    this.#done.set(retentionSeconds, queue);
    this.#queues.push(queue);
    return queue;
  }

  #purge(nowMs: number): void {
    let left = PURGED_PER_CLAIM;
    for (const queue of this.#queues) {
      for (let entry = queue.oldest; entry !== undefined && left > 0; entry = queue.oldest, left--) {
        if (!isExpired(entry, nowMs)) break;
        this.#forget(entry);
      }
    }
  }

  #makeRoom(nowMs: number): void {
    const done = this.#longestDone(nowMs);
    const lapsed = this.#claimed.oldest;
    // A released event lacks only its count when it comes again, and it will; a done one would run again, if it came.
    const victim =
      this.#released.oldest ??
      done ??
      this.#progressed.oldest ??
      (lapsed !== undefined && lapsed.sinceMs <= nowMs ? lapsed : undefined);
    if (victim === undefined) {
      const youngest = `done within the last ${this.#minRetentionMs / 1000} s`;
      throw new StoreFullError(`memoryStore: all ${this.#maxKeys} keys are in work or were ${youngest}; raise maxKeys`);
    }
    if (victim === done) this.#reportOnce(done, nowMs);
    this.#forget(victim);
    this.#evictions++;
  }

  /** Of what is done for so long that it may be forgotten, the first. */
  #longestDone(nowMs: number): Entry | undefined {
    let longest: Entry | undefined;
    for (const { oldest } of this.#done.values()) {
      if (oldest === undefined || oldest.sinceMs + this.#minRetentionMs > nowMs) continue;
      if (longest === undefined || oldest.sinceMs < longest.sinceMs) longest = oldest;
    }
    return longest;
  }

  #forget(entry: Entry): void {
    entry.queue?.remove(entry);
    this.#entries.delete(entry.key);
  }

  #reportOnce(done: Entry, nowMs: number): void {
    if (this.#hasReported) return;
    this.#hasReported = true;
    const kept = inWords(nowMs - done.sinceMs);
    const promised = inWords(done.queue?.keepMs ?? 0);
    const message =
      `memoryStore: maxKeys (${this.#maxKeys}) is reached, so events are now forgotten after about ${kept} instead of ` +
      `${promised}; a copy that comes later runs again. Raise maxKeys, shorten retentionSeconds, or use a shared store.`;
    for (const report of this.#reports) report(message);
  }
}

/** To be read, not parsed: "4 h" rather than "14,512,003 ms". */
function inWords(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}
