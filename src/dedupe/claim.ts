// A held claim: it is renewed, completed, released, or left to lapse.
import { cancelDeadline, type Deadline, setDeadline } from "../lib/deadline.js";
import type { MaybePromise } from "../lib/maybe-promise.js";
import type { ClaimAnswer, DedupeStore, HolderAnswer } from "../stores/store.js";

/** A claim that this process holds until it is settled, lost or abandoned. */
export interface HeldClaim {
  readonly key: string;
  readonly attempt: number;
  readonly fence: number;
  readonly progress: string | undefined;
  /** Whether the handler's writes commit with the completion: without the completion they do not exist. */
  readonly isTransactional: boolean;
  /** The handler's `context.tx`; `undefined` where `isTransactional` is false. */
  readonly tx: unknown;
  /** Renews the claim while the handler runs. `onLost` is called once, when the claim is lost. */
  keep(onLost: (reason: string) => void): void;
  /** Stops renewing, so that a handler that never ends does not block its event permanently. */
  abandon(): void;
  /** @returns `lost` when another token holds the key. Its claim is not changed. */
  complete(reply: string | undefined): MaybePromise<HolderAnswer>;
  release(progress: string | undefined): MaybePromise<HolderAnswer>;
}

export interface LeaseSettings {
  readonly store: DedupeStore<unknown>;
  readonly leaseSeconds: number;
  readonly retentionSeconds: number;
}

/** A claim with a lease, which is renewed after a third of its time. */
export class LeasedClaim implements HeldClaim {
  readonly key: string;
  readonly attempt: number;
  readonly fence: number;
  readonly progress: string | undefined;
  readonly isTransactional = false;
  readonly tx: unknown = undefined;
  readonly #settings: LeaseSettings;
  readonly #token: string;
  /** The key of the event's body, which is claimed together with its own key where replays are suppressed. */
  #bodyKey: { readonly key: string; readonly retentionSeconds: number } | undefined;
  #renewal: Deadline | undefined;
  #heldUntilMs: number;
  #isSettled = false;

  constructor(
    settings: LeaseSettings,
    key: string,
    token: string,
    answer: Extract<ClaimAnswer, { readonly state: "claimed" }>,
  ) {
    this.#settings = settings;
    this.#token = token;
    this.key = key;
    this.attempt = answer.attempt;
    this.fence = answer.fence;
    this.progress = answer.progress;
    this.#heldUntilMs = performance.now() + settings.leaseSeconds * 1000;
  }

  addBodyKey(key: string, retentionSeconds: number): void {
    this.#bodyKey = { key, retentionSeconds };
  }

  keep(onLost: (reason: string) => void): void {
    const everyMs = (this.#settings.leaseSeconds * 1000) / 3;
    this.#renewal = setDeadline(everyMs, () => {
      this.#renew().then(
        (isHeld) => {
          if (this.#isSettled || this.#renewal === undefined) return;
          if (isHeld) this.keep(onLost);
          else onLost("another delivery of this event has taken the claim over");
        },
        () => {
          if (this.#isSettled || this.#renewal === undefined) return;
          if (performance.now() < this.#heldUntilMs) this.keep(onLost);
          else onLost("the dedupe store did not answer before the lease had passed");
        },
      );
    });
  }

  /** Stops renewing, and the lease lapses. */
  abandon(): void {
    cancelDeadline(this.#renewal);
    this.#renewal = undefined;
  }

  complete(reply: string | undefined): MaybePromise<HolderAnswer> {
    const { store, retentionSeconds } = this.#settings;
    this.#settle();
    const body = this.#bodyKey;
    const own = store.complete(this.key, this.#token, { reply }, retentionSeconds);
    if (body === undefined) return own;
    return oneByOne(own, () => store.complete(body.key, this.#token, { reply }, body.retentionSeconds));
  }

  release(progress: string | undefined): MaybePromise<HolderAnswer> {
    const { store } = this.#settings;
    this.#settle();
    const body = this.#bodyKey;
    const own = store.release(this.key, this.#token, progress);
    return body === undefined ? own : oneByOne(own, () => store.release(body.key, this.#token, progress));
  }

  #settle(): void {
    this.#isSettled = true;
    cancelDeadline(this.#renewal);
  }

  async #renew(): Promise<boolean> {
    const { store, leaseSeconds } = this.#settings;
    const startedMs = performance.now();
    const body = this.#bodyKey;
    const own = store.renew(this.key, this.#token, leaseSeconds);
    const answer = await (body === undefined
      ? own
      : oneByOne(own, () => store.renew(body.key, this.#token, leaseSeconds)));
    if (answer === "held") this.#heldUntilMs = startedMs + leaseSeconds * 1000;
    return answer === "held";
  }
}

/** The answer for the event's own key. One call after the other, since a store may have one connection. */
async function oneByOne(
  own: MaybePromise<HolderAnswer>,
  ofBody: () => MaybePromise<HolderAnswer>,
): Promise<HolderAnswer> {
  const answer = await own;
  await ofBody();
  return answer;
}
