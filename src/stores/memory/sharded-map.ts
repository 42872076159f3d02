// A map in shards. V8 rehashes a whole map at once: 230 ms for a million keys, 8 ms for a shard.

const SHARDS = 64;

/** Keys are hashes in base64url, so their first character distributes them evenly enough. */
export class ShardedMap<Value> {
  readonly #maps: readonly Map<string, Value>[] = Array.from({ length: SHARDS }, () => new Map());
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(key: string): Value | undefined {
    return this.#shard(key).get(key);
  }

  set(key: string, value: Value): void {
    const map = this.#shard(key);
    this.#size -= map.size;
    map.set(key, value);
    this.#size += map.size;
  }

  delete(key: string): void {
    if (this.#shard(key).delete(key)) this.#size--;
  }

  #shard(key: string): Map<string, Value> {
    return this.#maps[key.charCodeAt(0) & (SHARDS - 1)] as Map<string, Value>;
  }
}
