// How does one event get claimed, kept, and settled, whatever store stands behind?
import { randomBytes } from "node:crypto";
import type { Covers } from "../auth/auth.js";
import { cancelDeadline, type Deadline, setDeadline } from "../internal/deadlines.js";
import { isPromise, type MaybePromise } from "../internal/maybe-promise.js";
import { bodyDigest, dedupeKeyMaker } from "./key.js";
import { RecentBodies } from "./recent-bodies.js";
import type { ClaimAnswer, DedupeStore } from "./store.js";

export interface ClaimSettings {
  readonly store: DedupeStore<unknown>;
  readonly scope: string | undefined;
  readonly sender: string;
  readonly leaseSeconds: number;
  readonly retentionSeconds: number;
  /** What an unsigned id is worth: its signed body under another id is reported, or suppressed. */
  readonly replay: "report" | "suppress";
  /** How long a suppressed body is remembered. */
  readonly replayWindowSeconds: number;
}

/** One event to claim. */
export interface ClaimSubject {
  readonly id: string;
  readonly tenant: string | undefined;
  readonly body: Buffer;
  readonly covers: Covers;
  readonly isIdCovered: boolean;
}

export type ClaimResult =
  | { readonly state: "held"; readonly claim: HeldClaim; readonly isReplaySuspected: boolean }
  | { readonly state: "in_flight"; readonly retryAfterSeconds: number }
  | {
      readonly state: "done";
      readonly reply: string | undefined;
      readonly isSameBody: boolean;
      readonly isReplay: boolean;
    };

export class Claims {
  readonly #settings: ClaimSettings;
  readonly #keyOf: (tenant: string | undefined, id: string) => string;
  /** Keys of bodies live beside those of ids: a sender's name holds no slash. */
  readonly #bodyKeyOf: (tenant: string | undefined, digest: string) => string;
  readonly #recent: RecentBodies;

  constructor(settings: ClaimSettings) {
    this.#settings = settings;
    this.#keyOf = dedupeKeyMaker({ scope: settings.scope, sender: settings.sender });
    this.#bodyKeyOf = dedupeKeyMaker({ scope: settings.scope, sender: `${settings.sender}/body` });
    this.#recent = new RecentBodies(settings.replayWindowSeconds);
  }

  keyOf(subject: Pick<ClaimSubject, "id" | "tenant">): string {
    return this.#keyOf(subject.tenant, subject.id);
  }

  take(key: string, subject: ClaimSubject): MaybePromise<ClaimResult> {
    const digest = bodyDigest(subject.body);
    const token = newToken();
    const answer = this.#claim(key, token, digest);
    return isPromise(answer)
      ? answer.then((settled) => this.#taken(settled, key, token, digest, subject))
      : this.#taken(answer, key, token, digest, subject);
  }

  #claim(key: string, token: string, digest: string): MaybePromise<ClaimAnswer> {
    return this.#settings.store.claim({ key, token, leaseSeconds: this.#settings.leaseSeconds, bodyDigest: digest });
  }

  #taken(
    answer: ClaimAnswer,
    key: string,
    token: string,
    digest: string,
    subject: ClaimSubject,
  ): MaybePromise<ClaimResult> {
    if (answer.state === "in_flight") return answer;
    if (answer.state === "done") return { ...answer, isReplay: false };
    const claim = new HeldClaim(this.#settings, key, token, answer);
    const isSwappable = !subject.isIdCovered && subject.covers.body;
    if (!isSwappable) return { state: "held", claim, isReplaySuspected: false };
    if (this.#settings.replay === "suppress") return this.#takeBody(claim, token, digest, subject);
    return { state: "held", claim, isReplaySuspected: this.#recent.sawUnderAnotherId(digest, key) };
  }

  /** The id is won; is the body, too? Under another id it would be a replay, or a twin that the sender sent twice. */
  async #takeBody(claim: HeldClaim, token: string, digest: string, subject: ClaimSubject): Promise<ClaimResult> {
    const bodyKey = this.#bodyKeyOf(subject.tenant, digest);
    const answer = await this.#claim(bodyKey, token, digest);
    if (answer.state === "claimed") {
      claim.addKey(bodyKey, this.#settings.replayWindowSeconds);
      return { state: "held", claim, isReplaySuspected: false };
    }
    if (answer.state === "in_flight") {
      await claim.release(undefined);
      return answer;
    }
    await claim.complete(answer.reply);
    return { ...answer, isReplay: true };
  }
}

/** A claim that is ours until it is settled, lost or abandoned. */
export class HeldClaim {
  readonly attempt: number;
  readonly fence: number;
  readonly progress: string | undefined;
  readonly key: string;
  readonly #settings: ClaimSettings;
  readonly #token: string;
  readonly #keys: { readonly key: string; readonly retentionSeconds: number }[];
  #renewal: Deadline | undefined;
  #heldUntilMs: number;
  #isSettled = false;

  constructor(settings: ClaimSettings, key: string, token: string, answer: Extract<ClaimAnswer, { state: "claimed" }>) {
    this.#settings = settings;
    this.#token = token;
    this.key = key;
    this.#keys = [{ key, retentionSeconds: settings.retentionSeconds }];
    this.attempt = answer.attempt;
    this.fence = answer.fence;
    this.progress = answer.progress;
    this.#heldUntilMs = performance.now() + settings.leaseSeconds * 1000;
  }

  addKey(key: string, retentionSeconds: number): void {
    this.#keys.push({ key, retentionSeconds });
  }

  /** Renews at a third of the lease until it is settled or stopped. `onLost` is called once, when the claim is no longer ours. */
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
          else onLost("the dedupe store could not be reached until the lease had passed");
        },
      );
    });
  }

  /** Stops renewing: a handler that never ends must not block its event for ever. The lease lapses by itself. */
  abandon(): void {
    cancelDeadline(this.#renewal);
    this.#renewal = undefined;
  }

  /** @returns `lost` where someone else holds the claim: theirs stays untouched. */
  complete(reply: string | undefined): MaybePromise<"held" | "lost"> {
    const { store } = this.#settings;
    this.#settle();
    if (this.#keys.length > 1)
      return this.#eachKey(({ key, retentionSeconds }) =>
        store.complete(key, this.#token, { reply }, retentionSeconds),
      );
    return store.complete(this.key, this.#token, { reply }, this.#settings.retentionSeconds);
  }

  release(progress: string | undefined): MaybePromise<"held" | "lost"> {
    const { store } = this.#settings;
    this.#settle();
    return this.#eachKey(({ key }) => store.release(key, this.#token, progress));
  }

  #settle(): void {
    this.#isSettled = true;
    cancelDeadline(this.#renewal);
  }

  async #renew(): Promise<boolean> {
    const { store, leaseSeconds } = this.#settings;
    const startedMs = performance.now();
    const answer = await this.#eachKey(({ key }) => store.renew(key, this.#token, leaseSeconds));
    if (answer === "held") this.#heldUntilMs = startedMs + leaseSeconds * 1000;
    return answer === "held";
  }

  /** The answer of the event's own key; one after another, since a store may be one connection. */
  async #eachKey(
    op: (key: { key: string; retentionSeconds: number }) => MaybePromise<"held" | "lost">,
  ): Promise<"held" | "lost"> {
    let first: "held" | "lost" | undefined;
    for (const key of this.#keys) {
      const answer = await op(key);
      first ??= answer;
    }
    return first ?? "lost";
  }
}

/** Tokens come from a pool of random bytes: 16 a token, no system call for each. */
const TOKEN_BYTES = 16;
let pool: Buffer = Buffer.alloc(0);
let poolAt = 0;

function newToken(): string {
  if (poolAt + TOKEN_BYTES > pool.length) {
    pool = randomBytes(TOKEN_BYTES * 128);
    poolAt = 0;
  }
  poolAt += TOKEN_BYTES;
  return pool.toString("base64url", poolAt - TOKEN_BYTES, poolAt);
}
