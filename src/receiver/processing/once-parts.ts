// Runs the parts of a handler that `context.once` names, and keeps their values for the next attempt.
import type { Json } from "./context.js";

const MAX_PROGRESS_BYTES = 16_384;

type Part<T> = () => T | Promise<T>;

export class OnceParts {
  readonly #stored: string | undefined;
  readonly #hasEnded: () => boolean;
  #values: Map<string, string | undefined> | undefined;
  readonly #running = new Map<string, Promise<unknown>>();

  /** @param stored - The `progress` of an earlier attempt. */
  constructor(stored: string | undefined, hasEnded: () => boolean) {
    this.#stored = stored;
    this.#hasEnded = hasEnded;
  }

  /** Two concurrent calls with one name run the part once, and both get its result. */
  run<T extends Json | undefined>(name: string, part: Part<T>): Promise<T> {
    const same = this.#running.get(name);
    if (same !== undefined) return same as Promise<T>;
    const own = this.#run(name, part).finally(() => this.#running.delete(name));
    this.#running.set(name, own);
    return own;
  }

  async #run<T extends Json | undefined>(name: string, part: Part<T>): Promise<T> {
    if (this.#hasEnded()) throw new TypeError("context.once: called after the handler ended");
    this.#values ??= readProgress(this.#stored);
    if (this.#values.has(name)) {
      const stored = this.#values.get(name);
      return (stored === undefined ? undefined : JSON.parse(stored)) as T;
    }
    const value = await part();
    const text = value === undefined ? undefined : JSON.stringify(value);
    this.#values.set(name, text);
    const bytes = Buffer.byteLength(writeProgress(this.#values));
    if (bytes > MAX_PROGRESS_BYTES) {
      this.#values.delete(name);
      throw new RangeError(
        `context.once("${name}"): the values of one event may hold ${MAX_PROGRESS_BYTES} bytes together; with this one they hold ${bytes}. Return an id instead`,
      );
    }
    return value;
  }

  /** What the store keeps when the claim is released; `undefined`: nothing new. */
  get progress(): string | undefined {
    return this.#values === undefined || this.#values.size === 0 ? undefined : writeProgress(this.#values);
  }
}

function readProgress(text: string | undefined): Map<string, string | undefined> {
  if (text === undefined) return new Map();
  const pairs = JSON.parse(text) as [string, string | null][];
  return new Map(pairs.map(([name, value]) => [name, value ?? undefined]));
}

function writeProgress(progress: ReadonlyMap<string, string | undefined>): string {
  return JSON.stringify([...progress].map(([name, value]) => [name, value ?? null]));
}
