// Claims events in a store of any kind.
import { randomBytes } from "node:crypto";
import type { ReceivedEvent } from "../core/event.js";
import { NO_BYTES } from "../lib/bytes.js";
import { isPromise, type MaybePromise } from "../lib/maybe-promise.js";
import type { BeginAnswer, ClaimAnswer, ClaimRequest, DedupeStore, OrderAnswer } from "../stores/store.js";
import { type HeldClaim, LeasedClaim } from "./claim.js";
import type { ClaimSubject } from "./claim-subject.js";
import { bodyDigest, dedupeKeyMaker, type KeyOf } from "./key.js";
import { RecentBodies } from "./replay-detector.js";
import { TransactionalClaim } from "./transactional-claim.js";

export interface ClaimSettings {
  readonly store: DedupeStore<unknown>;
  readonly scope: string | undefined;
  readonly sender: string;
  readonly leaseSeconds: number;
  readonly retentionSeconds: number;
  /** What happens to a signed body that arrives under another, unsigned id: it is reported or suppressed. */
  readonly replay: "report" | "suppress";
  /** How long a suppressed body is remembered. */
  readonly replayWindowSeconds: number;
  /** Whether another body under a known id is refused. Then bodies are always compared. */
  readonly strict: boolean;
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

/**
 * Stored in place of the body's digest where bodies are not compared: a replayer cannot change an id that the proof binds, a
 * sender's own retry may differ in a counter, and the digest of 100 KB takes 65 µs. It has the form of a digest, for stores
 * that check it.
 */
const NOT_COMPARED: string = /* @__PURE__ */ bodyDigest(NO_BYTES);

export class Claims {
  readonly #settings: ClaimSettings;
  /** Keys of bodies and entities cannot equal those of ids, since a sender's name has no slash. */
  readonly #bodyKeyOf: KeyOf;
  readonly #entityKeyOf: KeyOf;
  readonly #recent: RecentBodies;

  constructor(settings: ClaimSettings) {
    const { scope, sender } = settings;
    this.#settings = settings;
    this.#bodyKeyOf = dedupeKeyMaker({ scope, sender: `${sender}/body` });
    this.#entityKeyOf = dedupeKeyMaker({ scope, sender: `${sender}/order` });
    this.#recent = new RecentBodies(settings.replayWindowSeconds);
  }

  /** The key of an event's content, where replayed content is suppressed. */
  replayKey(event: ReceivedEvent, subject: ClaimSubject): string | undefined {
    if (this.#settings.replay !== "suppress" || !subject.isIdSwappable) return undefined;
    return this.#bodyKeyOf(event.tenant, subject.replayDigest(event));
  }

  take(key: string, event: ReceivedEvent, subject: ClaimSubject): MaybePromise<ClaimResult> {
    const { store, leaseSeconds, strict } = this.#settings;
    const bodyDigest = strict ? subject.eventDigest(event) : NOT_COMPARED;
    const request: ClaimRequest = { key, token: newToken(), leaseSeconds, bodyDigest };
    if (store.begin !== undefined) return store.begin(request).then((begun) => this.#begun(begun, key, event, subject));
    const answer = store.claim(request);
    return isPromise(answer)
      ? answer.then((settled) => this.#taken(settled, request, event, subject))
      : this.#taken(answer, request, event, subject);
  }

  /** Whether a newer event of the entity arrived earlier. */
  advance(
    entity: string,
    version: number,
    tenant: string | undefined,
    claim: HeldClaim | undefined,
  ): MaybePromise<OrderAnswer> {
    const { store, retentionSeconds } = this.#settings;
    if (store.advance === undefined) throw new Error(`${store.name} keeps no order`); // refused when built
    const entityKey = this.#entityKeyOf(tenant, entity);
    return claim?.isTransactional === true
      ? store.advance(entityKey, version, retentionSeconds, claim.tx)
      : store.advance(entityKey, version, retentionSeconds);
  }

  #begun(answer: BeginAnswer<unknown>, key: string, event: ReceivedEvent, subject: ClaimSubject): ClaimResult {
    if (answer.state === "in_flight") return answer;
    if (answer.state === "done") return { ...answer, isReplay: false };
    const claim = new TransactionalClaim(key, answer, this.#settings.retentionSeconds);
    return { state: "held", claim, isReplaySuspected: this.#isReplay(key, event, subject) };
  }

  #taken(
    answer: ClaimAnswer,
    { key, token }: ClaimRequest,
    event: ReceivedEvent,
    subject: ClaimSubject,
  ): MaybePromise<ClaimResult> {
    if (answer.state === "in_flight") return answer;
    if (answer.state === "done") return { ...answer, isReplay: false };
    const bodyKey = this.replayKey(event, subject);
    if (bodyKey === key) {
      const { replayWindowSeconds: retentionSeconds } = this.#settings;
      const claim = new LeasedClaim({ ...this.#settings, retentionSeconds }, key, token, answer);
      return { state: "held", claim, isReplaySuspected: false };
    }
    const claim = new LeasedClaim(this.#settings, key, token, answer);
    if (bodyKey !== undefined) return this.#takeBody(claim, token, bodyKey);
    return { state: "held", claim, isReplaySuspected: this.#isReplay(key, event, subject) };
  }

  #isReplay(key: string, event: ReceivedEvent, subject: ClaimSubject): boolean {
    return subject.isIdSwappable && this.#recent.sawUnderAnotherId(subject.replayDigest(event), key);
  }

  /** Claims the content after the id. Content under another id is a replay, or an equal event. */
  async #takeBody(claim: LeasedClaim, token: string, bodyKey: string): Promise<ClaimResult> {
    const { store, leaseSeconds, replayWindowSeconds } = this.#settings;
    let answer: ClaimAnswer;
    try {
      answer = await store.claim({ key: bodyKey, token, leaseSeconds, bodyDigest: NOT_COMPARED });
    } catch (error) {
      // This claim is not used, so it must not block the id for a lease.
      await Promise.resolve(claim.release(undefined)).catch(() => undefined);
      throw error;
    }
    if (answer.state === "claimed") {
      claim.addBodyKey(bodyKey, replayWindowSeconds);
      return { state: "held", claim, isReplaySuspected: false };
    }
    // Released and not completed: a genuine event may still arrive under this id.
    await claim.release(undefined);
    return answer.state === "in_flight" ? answer : { ...answer, isReplay: true };
  }
}

/** The length of a token. Tokens are cut from a pool of random bytes, which saves a system call for each. */
const TOKEN_BYTES = 16;
let pool: Buffer = /* @__PURE__ */ Buffer.alloc(0);
let poolAt = 0;

function newToken(): string {
  if (poolAt + TOKEN_BYTES > pool.length) {
    pool = randomBytes(TOKEN_BYTES * 128);
    poolAt = 0;
  }
  poolAt += TOKEN_BYTES;
  return pool.toString("base64url", poolAt - TOKEN_BYTES, poolAt);
}
