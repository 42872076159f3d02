// Remembers recent signed bodies of this process, to report one that comes under another id.

/** Enough for a burst; the oldest go first. 10,000 entries hold about 2 MB. */
const MAX_BODIES = 10_000;

export class RecentBodies {
  readonly #windowMs: number;
  /** In the order they came. */
  readonly #seen = new Map<string, { readonly key: string; readonly atMs: number }>();

  constructor(windowSeconds: number) {
    this.#windowMs = windowSeconds * 1000;
  }

  sawUnderAnotherId(digest: string, key: string): boolean {
    const nowMs = performance.now();
    const known = this.#seen.get(digest);
    if (known !== undefined && nowMs - known.atMs <= this.#windowMs) return known.key !== key;
    this.#seen.delete(digest);
    this.#seen.set(digest, { key, atMs: nowMs });
    if (this.#seen.size > MAX_BODIES) this.#seen.delete(this.#seen.keys().next().value as string);
    return false;
  }
}
