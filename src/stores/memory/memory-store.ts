// The dedupe store in this process's memory, bounded, on the monotonic clock.
import { CHECKED_LATER, checkOptions, FUNCTION } from "../../lib/options.js";
import {
  type ClaimAnswer,
  type ClaimRequest,
  type DedupeStore,
  type DoneRecord,
  type HolderAnswer,
  type OrderAnswer,
  RELEASED_RETENTION_SECONDS,
  type StoreNeeds,
} from "../store.js";
import { Versions } from "./entity-versions.js";
import { Claim, Done, DoneQueue, Queue } from "./entry.js";
import { Eviction } from "./eviction.js";
import { ShardedMap } from "./sharded-map.js";

/** About 17 MB of memory when no event has a reply of its own. */
const DEFAULT_MAX_KEYS = 100_000;
/** Expired records that one claim removes at most: far more than one claim adds, and well under 0.1 ms of work. */
const PURGED_PER_CLAIM = 100;
const KEPT_AFTER_CLAIM_MS = RELEASED_RETENTION_SECONDS * 1000;

/** How many events a memory store keeps, and by which clock. */
export interface MemoryStoreOptions {
  /** The largest number of events remembered. Default 100,000. An event takes about 170 bytes, plus its own reply if it has one. */
  readonly maxKeys?: number;
  /** A monotonic clock in milliseconds, for tests. Default `performance.now`. Not the receiver's `now`, which is wall-clock time. */
  readonly now?: () => number;
}

/** A dedupe store whose operations return synchronously, never a promise. */
export interface MemoryStore extends DedupeStore {
  claim(claim: ClaimRequest): ClaimAnswer;
  renew(key: string, token: string, leaseSeconds: number): HolderAnswer;
  complete(key: string, token: string, done: DoneRecord, retentionSeconds: number): HolderAnswer;
  release(key: string, token: string, progress?: string): HolderAnswer;
  advance(entityKey: string, version: number, retentionSeconds: number): OrderAnswer;
  attach(needs: StoreNeeds): void;
  /** The number of keys in the store now. */
  readonly size: number;
  /** The number of records evicted before they expired, since the store was created. */
  readonly evictions: number;
}

/**
 * Remembers events in the memory of this process. The default store.
 *
 * When `maxKeys` records are kept, a new event evicts one, in this order: the oldest released event (its attempt count is
 * lost), the event completed first, the oldest released event with progress, the oldest lapsed claim. A claim with a valid
 * lease is never evicted, and neither is an event completed so recently that the receiver's tolerance would accept a replay.
 *
 * Promise: one run per event in this process, while `maxKeys` is enough for the events of one retention period. A warning
 *          is logged once when it is not. Not promised: anything across processes or restarts. Use a shared store for that.
 *
 * @param options.maxKeys - The largest number of events remembered. Default 100,000.
 * @param options.now - A monotonic clock in milliseconds, for tests. Default `performance.now`.
 * @returns A store for `dedupe.store`. Several receivers may share it.
 * @throws {TypeError} When built with an unknown option, a `maxKeys` that is not a whole number of 1 or more, or a `now`
 *         that is not a function.
 * @throws {StoreFullError} From `claim`, when no record may be evicted. The sender gets 503 and retries.
 * @example createReceiver(stripe({ secret }), { dedupe: { store: memoryStore({ maxKeys: 1_000_000 }) } });
 */
export function memoryStore(options: MemoryStoreOptions = {}): MemoryStore {
  checkOptions<MemoryStoreOptions>("memoryStore", options, {
    maxKeys: CHECKED_LATER,
    now: { must: "be a function that returns milliseconds", fits: FUNCTION.fits },
  });
  const { maxKeys = DEFAULT_MAX_KEYS, now = () => performance.now() } = options;
  if (!Number.isSafeInteger(maxKeys) || maxKeys < 1) {
    throw new TypeError(`memoryStore: maxKeys must be a whole number, 1 or more; got ${String(maxKeys)}`);
  }
  return new Memory(maxKeys, now);
}

class Memory implements MemoryStore {
  readonly name = "memoryStore";
  readonly isShared = false;
  readonly #maxKeys: number;
  readonly #now: () => number;
  readonly #startMs: number;
  readonly #records = new ShardedMap<Claim | Done>();
  readonly #claimed = new Queue<Claim>(KEPT_AFTER_CLAIM_MS);
  readonly #released = new Queue<Claim>(KEPT_AFTER_CLAIM_MS);
  readonly #progressed = new Queue<Claim>(KEPT_AFTER_CLAIM_MS);
  readonly #claims: readonly Queue<Claim>[] = [this.#released, this.#progressed, this.#claimed];
  /** By retention in seconds, see `RecordQueues`. */
  readonly #done = new Map<number, DoneQueue>();
  readonly #versions: Versions;
  readonly #eviction: Eviction;
  /** One counter for all keys, so that the fence of a key rises even after the key was forgotten. */
  #lastFence = 0;
  #evictions = 0;

  constructor(maxKeys: number, now: () => number) {
    this.#maxKeys = maxKeys;
    this.#versions = new Versions(maxKeys);
    this.#eviction = new Eviction(maxKeys, {
      claimed: this.#claimed,
      released: this.#released,
      progressed: this.#progressed,
      done: this.#done,
    });
    this.#now = now;
    this.#startMs = now();
  }

  get size(): number {
    return this.#records.size;
  }

  get evictions(): number {
    return this.#evictions;
  }

  attach(needs: StoreNeeds): void {
    this.#eviction.attach(needs.minRetentionSeconds, needs.report);
  }

  claim({ key, token, leaseSeconds, bodyDigest }: ClaimRequest): ClaimAnswer {
    const nowMs = this.#nowMs();
    this.#purge(nowMs);
    const record = this.#find(key, nowMs);
    const untilMs = nowMs + leaseSeconds * 1000;
    if (record instanceof Done) {
      return { state: "done", reply: record.reply, isSameBody: record.bodyDigest === bodyDigest };
    }
    if (record !== undefined && record.list === this.#claimed) {
      if (record.token === token) return this.#grant(record, untilMs);
      if (record.sinceMs > nowMs) {
        return { state: "in_flight", retryAfterSeconds: Math.max(1, Math.ceil((record.sinceMs - nowMs) / 1000)) };
      }
    }
    const claim = record ?? this.#create(key, token, bodyDigest, nowMs);
    claim.token = token;
    claim.bodyDigest = bodyDigest;
    claim.fence = ++this.#lastFence;
    claim.attempt++;
    return this.#grant(claim, untilMs);
  }

  renew(key: string, token: string, leaseSeconds: number): HolderAnswer {
    const nowMs = this.#nowMs();
    const claim = this.#find(key, nowMs);
    if (!(claim instanceof Claim) || claim.token !== token || claim.list !== this.#claimed) return "lost";
    this.#grant(claim, nowMs + leaseSeconds * 1000);
    return "held";
  }

  complete(key: string, token: string, { reply }: DoneRecord, retentionSeconds: number): HolderAnswer {
    const nowMs = this.#nowMs();
    const record = this.#find(key, nowMs);
    if (record === undefined) return "lost";
    if (record instanceof Done) return record.isOf(token) ? "held" : "lost";
    if (record.token !== token || record.list !== this.#claimed) return "lost";
    this.#claimed.remove(record);
    const queue = this.#doneQueue(retentionSeconds);
    const done = new Done(record, nowMs + queue.keepMs, reply);
    this.#records.set(key, done);
    queue.push(done);
    return "held";
  }

  release(key: string, token: string, progress?: string): HolderAnswer {
    const nowMs = this.#nowMs();
    const claim = this.#find(key, nowMs);
    if (!(claim instanceof Claim) || claim.token !== token) return "lost";
    if (claim.list !== this.#claimed) return "held";
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

  /** The record of the key, unless it has expired. */
  #find(key: string, nowMs: number): Done | Claim | undefined {
    const record = this.#records.get(key);
    if (record === undefined || !record.isExpired(nowMs)) return record;
    this.#forget(record);
    return undefined;
  }

  #create(key: string, token: string, bodyDigest: string, nowMs: number): Claim {
    if (this.#records.size >= this.#maxKeys) {
      while (this.#records.size >= this.#maxKeys) this.#forget(this.#eviction.takeVictim(nowMs));
      this.#evictions++;
    }
    const claim = new Claim(key, token, bodyDigest, nowMs);
    this.#records.set(key, claim);
    return claim;
  }

  #grant(claim: Claim, untilMs: number): ClaimAnswer {
    claim.sinceMs = untilMs;
    this.#claimed.push(claim);
    return { state: "claimed", fence: claim.fence, attempt: claim.attempt, progress: claim.progress };
  }

  #doneQueue(retentionSeconds: number): DoneQueue {
    const known = this.#done.get(retentionSeconds);
    if (known !== undefined) return known;
    const queue = new DoneQueue(retentionSeconds * 1000);
    this.#done.set(retentionSeconds, queue);
    return queue;
  }

  #purge(nowMs: number): void {
    let left = PURGED_PER_CLAIM;
    for (const queue of this.#claims) {
      for (let claim = queue.oldest; claim?.isExpired(nowMs) && left > 0; claim = queue.oldest, left--) {
        this.#forget(claim);
      }
    }
    for (const queue of this.#done.values()) {
      for (let done = queue.oldest; done?.isExpired(nowMs) && left > 0; done = queue.oldest, left--) {
        queue.shift();
        this.#forget(done);
      }
    }
  }

  /** A done record that is not the oldest stays in its queue until it is; by then its key may have another record. */
  #forget(record: Claim | Done): void {
    if (record instanceof Claim) record.list?.remove(record);
    if (this.#records.get(record.key) === record) this.#records.delete(record.key);
  }
}
