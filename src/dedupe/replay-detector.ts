// Remembers recent signed bodies of this process, to report one that arrives under another id.

/** The bodies of one generation, enough for a burst. Two generations are kept, about 4 MB. */
const GENERATION_SIZE = 10_000;

interface SeenBody {
  readonly key: string;
  /** Whole milliseconds, which V8 stores unboxed. */
  readonly atMs: number;
}

/**
 * Remembers at least the last 10,000 bodies. It has two generations instead of one map that deletes its first entry: finding
 * that entry passes over every entry deleted before it, which took a tenth of the time of a delivery of 1 KB.
 */
export class RecentBodies {
  readonly #windowMs: number;
  #young = new Map<string, SeenBody>();
  #old = new Map<string, SeenBody>();

  constructor(windowSeconds: number) {
    this.#windowMs = windowSeconds * 1000;
  }

  sawUnderAnotherId(digest: string, key: string): boolean {
    const nowMs = Math.floor(performance.now());
    const seen = this.#young.get(digest) ?? this.#old.get(digest);
    if (seen !== undefined && nowMs - seen.atMs <= this.#windowMs) return seen.key !== key;
    if (this.#young.size >= GENERATION_SIZE) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(digest, { key, atMs: nowMs });
    return false;
  }
}
