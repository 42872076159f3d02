// What is still to be told to a store that did not answer? Claims that it may have taken for nobody, completions and
// releases that it may not have heard: said again once it answers, so that no event waits for a lease to lapse.
import type { HolderAnswer } from "./store.js";

/** In an outage each delivery may leave one behind; 1,000 of them are some 300 KB. The oldest go first: their leases do, too. */
const MOST_OWED = 1_000;
/** Longer than most leases. Later than this the claim has lapsed, or is another's. */
const OWED_MS = 300_000;

type Tell = () => PromiseLike<HolderAnswer>;

export class Owed {
  readonly #byKey = new Map<string, { readonly token: string; readonly untilMs: number; readonly tell: Tell }>();
  readonly #nowMs: () => number;
  #isTelling = false;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Of one event only the last is owed: whatever was before it lost its claim, or is the same. */
  add(key: string, token: string, tell: Tell): void {
    this.#byKey.delete(key);
    this.#byKey.set(key, { token, untilMs: this.#nowMs() + OWED_MS, tell });
    if (this.#byKey.size <= MOST_OWED) return;
    const [oldest] = this.#byKey.keys();
    this.#byKey.delete(oldest as string);
  }

  get isEmpty(): boolean {
    return this.#byKey.size === 0;
  }

  /** The store has heard of this claim meanwhile. */
  settled(key: string, token: string): void {
    if (this.#byKey.get(key)?.token === token) this.#byKey.delete(key);
  }

  /** Nothing where nothing is owed for the key; else it settles when the store has been told. Rejects where it does not answer. */
  tellOf(key: string): PromiseLike<unknown> | undefined {
    return this.#tell(key);
  }

  /** In the background, one after another, until the store fails again. */
  tellAll(): void {
    if (this.#byKey.size === 0 || this.#isTelling) return;
    this.#isTelling = true;
    this.#tellEach().then(
      () => {
        this.#isTelling = false;
      },
      () => {
        this.#isTelling = false;
      },
    );
  }

  async #tellEach(): Promise<void> {
    for (const key of [...this.#byKey.keys()]) await this.#tell(key);
  }

  #tell(key: string): PromiseLike<unknown> | undefined {
    const owed = this.#byKey.get(key);
    if (owed === undefined) return undefined;
    const forget = (): void => this.settled(key, owed.token);
    if (this.#nowMs() >= owed.untilMs) return void forget();
    return owed.tell().then(forget);
  }
}
