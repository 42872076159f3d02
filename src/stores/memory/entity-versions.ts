// The highest version seen of each entity, for `order` in the memory store.

import { Linked } from "../../lib/linked-list.js";
import type { OrderAnswer } from "../store.js";
import { Queue } from "./entry.js";
import { ShardedMap } from "./sharded-map.js";

/** The largest number of expired entities that one event removes. */
const PURGED_PER_EVENT = 100;

class Mark extends Linked<Mark> {
  declare list: Queue<Mark> | undefined;
  readonly entityKey: string;
  version: number;
  sinceMs: number;

  constructor(entityKey: string, version: number, sinceMs: number) {
    super();
    this.entityKey = entityKey;
    this.version = version;
    this.sinceMs = sinceMs;
  }
}

/** When there are too many entities, the one without events for the longest time is evicted. */
export class Versions {
  readonly #maxEntities: number;
  readonly #marks = new ShardedMap<Mark>();
  /** By retention in seconds. A receiver has one retention, and the oldest mark of a queue is the first to expire. */
  readonly #queues = new Map<number, Queue<Mark>>();

  constructor(maxEntities: number) {
    this.#maxEntities = maxEntities;
  }

  advance(entityKey: string, version: number, retentionSeconds: number, nowMs: number): OrderAnswer {
    this.#purge(nowMs);
    const known = this.#marks.get(entityKey);
    const isOlder = known !== undefined && version < known.version && !isExpired(known, nowMs);
    const mark = known ?? this.#create(entityKey, version, nowMs);
    if (!isOlder) mark.version = version;
    mark.sinceMs = nowMs;
    this.#queue(retentionSeconds).push(mark);
    return isOlder ? "older" : "newest";
  }

  #create(entityKey: string, version: number, nowMs: number): Mark {
    if (this.#marks.size >= this.#maxEntities) this.#forgetOldest();
    const mark = new Mark(entityKey, version, nowMs);
    this.#marks.set(entityKey, mark);
    return mark;
  }

  #queue(retentionSeconds: number): Queue<Mark> {
    let queue = this.#queues.get(retentionSeconds);
    if (queue === undefined) {
      queue = new Queue(retentionSeconds * 1000);
      this.#queues.set(retentionSeconds, queue);
    }
    return queue;
  }

  #purge(nowMs: number): void {
    let left = PURGED_PER_EVENT;
    for (const queue of this.#queues.values()) {
      for (let mark = queue.oldest; mark !== undefined && left > 0; mark = queue.oldest, left--) {
        if (!isExpired(mark, nowMs)) break;
        this.#forget(mark);
      }
    }
  }

  #forgetOldest(): void {
    let oldest: Mark | undefined;
    for (const queue of this.#queues.values()) {
      if (queue.oldest !== undefined && (oldest === undefined || queue.oldest.sinceMs < oldest.sinceMs))
        oldest = queue.oldest;
    }
    if (oldest !== undefined) this.#forget(oldest);
  }

  #forget(mark: Mark): void {
    mark.list?.remove(mark);
    this.#marks.delete(mark.entityKey);
  }
}

function isExpired(mark: Mark, nowMs: number): boolean {
  return mark.list !== undefined && mark.sinceMs + mark.list.keepMs <= nowMs;
}
