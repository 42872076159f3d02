// The lease and the cursor of a backfill, kept in the dedupe store.
import { randomBytes } from "node:crypto";
import { bodyDigest } from "../dedupe/key.js";
import { NO_BYTES } from "../lib/bytes.js";
import type { DedupeStore } from "../stores/store.js";

/** The form of a digest, for stores that check it. */
const NO_DIGEST: string = bodyDigest(NO_BYTES);
/** The cursor's claim lasts for one read or write only. */
const CURSOR_LEASE_SECONDS = 5;
const CURSOR_TRIES = 20;
const CURSOR_PAUSE_MS = 100;

export interface LeaseKeys {
  readonly lease: string;
  readonly cursor: string;
}

/** Another instance holds the lease. */
export interface Held {
  readonly retryAfterSeconds: number;
}

/**
 * A claim that is renewed during a run. The cursor is the progress of another key, whose claim is released with
 * it. So the next instance finds it, and writing it does not release the lease.
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

  /** @throws When the store fails. */
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

  /** Reads the cursor of the last run. @throws When the store fails. */
  read(): Promise<string | undefined> {
    return this.#withCursor(undefined);
  }

  /** Writes the cursor. @returns Whether this instance still has the lease; otherwise nothing is written. @throws When the store fails. */
  async save(cursor: string): Promise<boolean> {
    await this.#renew();
    if (!this.#isOurs) return false;
    await this.#withCursor(cursor);
    return true;
  }

  /** Lets other instances start at once. If it fails, the lease expires. */
  async giveUp(): Promise<void> {
    clearInterval(this.#timer);
    await this.#renewing;
    try {
      await this.#store.release(this.#keys.lease, this.#token);
    } catch {
      // The lease expires.
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
      // A process was killed between those two lines: its claim expires.
      if (attempt > CURSOR_TRIES * CURSOR_LEASE_SECONDS)
        throw new Error("another process holds the cursor of the backfill");
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

  /** The store could not be reached: the lease counts as held until it would have expired. */
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
