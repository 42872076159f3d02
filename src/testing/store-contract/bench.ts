// The harness of the store contract: a store, new keys, a clock, and expectations.
import { strict as assert } from "node:assert";
import { randomUUID } from "node:crypto";
import { bodyDigest, dedupeKey } from "../../dedupe/key.js";
import type { MaybePromise } from "../../lib/maybe-promise.js";
import type { ClaimAnswer, DedupeStore, HolderAnswer } from "../../stores/store.js";

/** What a store's author gives for each case. Records of earlier cases may still be there: keys are never used twice. */
export interface DedupeStoreHarness {
  readonly store: DedupeStore<unknown>;
  /** Moves the store's clock. Without it, cases wait in real time, and those that would wait for hours are skipped. */
  readonly advance?: (seconds: number) => MaybePromise<void>;
  /** After the case, passed or not. */
  readonly close?: () => MaybePromise<void>;
  /** More connections to the same records, for races. Each must see what the others did. */
  readonly peers?: readonly DedupeStore<unknown>[];
}

export interface DedupeStoreCase {
  readonly group: string;
  /** A rule. */
  readonly name: string;
  /** More time passes than a test can wait for. */
  readonly needsAdvance?: boolean;
  readonly run: (bench: Bench) => Promise<void>;
}

/** Real time: how much longer than a lease a case waits. A store may count in whole seconds. */
const LAPSE_MARGIN_MS = 1100;

export class Bench {
  /** The store and its peers. */
  readonly stores: readonly DedupeStore<unknown>[];
  readonly canAdvance: boolean;
  readonly seed: number;
  readonly #harness: DedupeStoreHarness;

  constructor(harness: DedupeStoreHarness, seed: number) {
    this.#harness = harness;
    this.stores = [harness.store, ...(harness.peers ?? [])];
    this.canAdvance = harness.advance !== undefined;
    this.seed = seed;
  }

  /** A key nobody has used. */
  key(): string {
    return dedupeKey({ scope: "describeDedupeStore", sender: "test", tenant: undefined, id: randomUUID() });
  }

  keys(count: number): string[] {
    return Array.from({ length: count }, () => this.key());
  }

  /** One of the connections, in turn. */
  peer(index: number): DedupeStore<unknown> {
    return this.stores[index % this.stores.length] as DedupeStore<unknown>;
  }

  /** `seconds` later: a lease or retention of so long has certainly ended. */
  async elapse(seconds: number): Promise<void> {
    if (this.#harness.advance !== undefined) return await this.#harness.advance(seconds + 1);
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000 + LAPSE_MARGIN_MS));
  }

  /** Exactly `seconds` later; only of cases that need `advance`. */
  async advance(seconds: number): Promise<void> {
    assert.ok(this.#harness.advance, "this case needs advance");
    await this.#harness.advance(seconds);
  }

  async claim(key: string, token: string, options: ClaimOptions = {}): Promise<ClaimAnswer> {
    const { leaseSeconds = 60, body = "body", store = this.peer(0) } = options;
    return await store.claim({ key, token, leaseSeconds, bodyDigest: bodyDigest(Buffer.from(body)) });
  }

  async renew(
    key: string,
    token: string,
    leaseSeconds = 60,
    store: DedupeStore<unknown> = this.peer(0),
  ): Promise<HolderAnswer> {
    return await store.renew(key, token, leaseSeconds);
  }

  async complete(key: string, token: string, options: CompleteOptions = {}): Promise<HolderAnswer> {
    const { reply, retentionSeconds = 3600, store = this.peer(0) } = options;
    return await store.complete(key, token, { reply }, retentionSeconds);
  }

  async release(
    key: string,
    token: string,
    progress?: string,
    store: DedupeStore<unknown> = this.peer(0),
  ): Promise<HolderAnswer> {
    return await (progress === undefined ? store.release(key, token) : store.release(key, token, progress));
  }

  /** Claims and expects to get it. */
  async win(key: string, token: string, expected: Won, options: ClaimOptions = {}): Promise<number> {
    return won(await this.claim(key, token, options), expected);
  }

  /** A stranger's claim must meet a live one. */
  async expectInFlight(key: string): Promise<void> {
    inFlight(await this.claim(key, "a-stranger"));
  }

  /** A stranger's claim must meet a done record with that reply. */
  async expectDone(key: string, reply: string | undefined): Promise<void> {
    done(await this.claim(key, "a-stranger"), reply);
  }
}

export interface ClaimOptions {
  readonly leaseSeconds?: number;
  readonly body?: string;
  readonly store?: DedupeStore<unknown>;
}

export interface CompleteOptions {
  readonly reply?: string;
  readonly retentionSeconds?: number;
  readonly store?: DedupeStore<unknown>;
}

interface Won {
  readonly attempt: number;
  readonly progress?: string;
}

/** The fence of a claim that was won. */
export function won(answer: ClaimAnswer, expected: Won): number {
  if (answer.state !== "claimed") return assert.fail(`expected claimed, got ${JSON.stringify(answer)}`);
  assert.ok(Number.isSafeInteger(answer.fence), `fence must be a safe integer, got ${String(answer.fence)}`);
  assert.equal(answer.attempt, expected.attempt, "attempt");
  assert.equal(answer.progress, expected.progress, "progress");
  return answer.fence;
}

/** The seconds after which to come again. */
export function inFlight(answer: ClaimAnswer): number {
  if (answer.state !== "in_flight") return assert.fail(`expected in_flight, got ${JSON.stringify(answer)}`);
  return answer.retryAfterSeconds;
}

export function done(answer: ClaimAnswer, reply: string | undefined, isSameBody?: boolean): void {
  assert.equal(answer.state, "done", `expected done, got ${JSON.stringify(answer).slice(0, 200)}`);
  if (answer.state !== "done") return;
  assert.equal(answer.reply, reply, "reply");
  if (isSameBody !== undefined) assert.equal(answer.isSameBody, isSameBody, "isSameBody");
}

export function held(answer: HolderAnswer): void {
  assert.equal(answer, "held");
}

export function lost(answer: HolderAnswer): void {
  assert.equal(answer, "lost");
}
