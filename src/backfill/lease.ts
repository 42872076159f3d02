// The lease and the cursor of a backfill, kept in the dedupe store.
import { randomBytes } from "node:crypto";
import { bodyDigest } from "../dedupe/key.js";
import { NO_BYTES } from "../lib/bytes.js";
import type { DedupeStore } from "../stores/store.js";

/** A digest's form, for stores that look. */
const NO_DIGEST: string = bodyDigest(NO_BYTES);
/** The cursor is held for the moment of one read or write. */
const CURSOR_LEASE_SECONDS = 5;
const CURSOR_TRIES = 20;
const CURSOR_PAUSE_MS = 100;

export interface LeaseKeys {
  readonly lease: string;
  readonly cursor: string;
}

/** Another instance is at it. */
export interface Held {
  readonly retryAfterSeconds: number;
}

/**
 * A claim that is renewed for as long as a run goes on. The cursor is another key's progress: a claim that is released with
 * it, so that it is there for whoever claims next, and writing it does not give the lease out of hand.
 */
export class CursorLease {
  readonly #store: DedupeStore<unknown>;
  readonly #keys: LeaseKeys;
  readonly #token: string;
  readonly #leaseSeconds: number;
  readonly #onLost: () => void;
  readonly #timer: NodeJS.Timeout;
  #heldUntilMs: number;
  #isOurs = true;
  #renewing: Promise<void> | undefined;

  /** @throws Where the store cannot be asked. */
  static async take(
    store: DedupeStore<unknown>,
    keys: LeaseKeys,
    leaseSeconds: number,
    onLost: () => void,
  ): Promise<CursorLease | Held> {
    const token = newToken();
    const answer = await store.claim({ key: keys.lease, token, leaseSeconds, bodyDigest: NO_DIGEST });
    if (answer.state === "claimed") return new CursorLease(store, keys, token, leaseSeconds, onLost);
    return { retryAfterSeconds: answer.state === "in_flight" ? answer.retryAfterSeconds : leaseSeconds };
  }

  private constructor(
    store: DedupeStore<unknown>,
    keys: LeaseKeys,
    token: string,
    leaseSeconds: number,
    onLost: () => void,
  ) {
    this.#store = store;
    this.#keys = keys;
    this.#token = token;
    this.#leaseSeconds = leaseSeconds;
    this.#onLost = onLost;
    this.#heldUntilMs = performance.now() + leaseSeconds * 1000;
    this.#timer = setInterval(() => void this.#beat(), (leaseSeconds * 1000) / 3);
    this.#timer.unref();
  }

  /** What the last run kept. @throws Where the store cannot be asked. */
  read(): Promise<string | undefined> {
    return this.#withCursor(undefined);
  }

  /** @returns Whether the lease was still ours; nothing is written where it is not. @throws Where the store cannot be asked. */
  async save(cursor: string): Promise<boolean> {
    await this.#renew();
    if (!this.#isOurs) return false;
    await this.#withCursor(cursor);
    return true;
  }

  /** Others may go on at once. What fails here lapses by itself. */
  async giveUp(): Promise<void> {
    clearInterval(this.#timer);
    await this.#renewing;
    try {
      await this.#store.release(this.#keys.lease, this.#token);
    } catch {
      // Its lease lapses.
    }
  }

  async #withCursor(next: string | undefined): Promise<string | undefined> {
    const { cursor: key } = this.#keys;
    for (let attempt = 1; ; attempt++) {
      const token = newToken();
      const claim = { key, token, leaseSeconds: CURSOR_LEASE_SECONDS, bodyDigest: NO_DIGEST };
      const answer = await this.#store.claim(claim);
      if (answer.state === "claimed") {
        await this.#store.release(key, token, next);
        return answer.progress;
      }
      // A process that ended between those two lines: its claim lapses.
      if (attempt > CURSOR_TRIES * CURSOR_LEASE_SECONDS)
        throw new Error("the cursor of the backfill is held elsewhere");
      await new Promise((resolve) => setTimeout(resolve, CURSOR_PAUSE_MS));
    }
  }

  #beat(): Promise<void> {
    this.#renewing ??= this.#renew().then(
      () => undefined,
      () => this.#loseIfLate(),
    );
    return this.#renewing.finally(() => {
      this.#renewing = undefined;
    });
  }

  async #renew(): Promise<void> {
    if (!this.#isOurs) return;
    const startedMs = performance.now();
    const answer = await this.#store.renew(this.#keys.lease, this.#token, this.#leaseSeconds);
    if (answer === "held") this.#heldUntilMs = startedMs + this.#leaseSeconds * 1000;
    else this.#lose();
  }

  /** The store could not be reached: it is ours until its lease would have lapsed. */
  #loseIfLate(): void {
    if (performance.now() >= this.#heldUntilMs) this.#lose();
  }

  #lose(): void {
    if (!this.#isOurs) return;
    this.#isOurs = false;
    this.#onLost();
  }
}

function newToken(): string {
  return randomBytes(16).toString("base64url");
}
