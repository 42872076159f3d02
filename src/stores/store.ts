// The contract of a dedupe store. `describeDedupeStore` tests it.
import { SharedError } from "../lib/across-builds.js";
import type { MaybePromise } from "../lib/maybe-promise.js";

/**
 * The states of a key:
 *
 *     absent → claimed(token, lease, attempts) → done(reply, until)
 *
 * A released key is absent with its attempts and progress kept. A lapsed claim, and a record past its time, can be
 * claimed. Correctness needs no background job. Every op is atomic, on the store's own clock, and safe to repeat.
 */
export interface DedupeStore<Tx = never> {
  /** For messages: `memoryStore`, `redisStore`, … */
  readonly name: string;
  /** Several processes see the same records; then `scope` is required. */
  readonly isShared: boolean;
  /**
   * Absent, released or lapsed → claimed. The token that holds the claim again → the same claim, its lease begun anew,
   * nothing counted: a lost answer does no harm. A token that released or completed is like any other.
   *
   * @throws {StoreFullError} Where there is no room for another key.
   */
  claim(claim: ClaimRequest): MaybePromise<ClaimAnswer>;
  /**
   * Holder only. `lost` where another token holds it, or nobody does. A lapsed claim that nobody took over is still
   * its holder's, here and below.
   */
  renew(key: string, token: string, leaseSeconds: number): MaybePromise<HolderAnswer>;
  /**
   * Holder only: done, with the handler's own reply, kept for `retentionSeconds`. A late finisher never overwrites.
   * The token that completed it, again → `held`, nothing changed.
   */
  complete(key: string, token: string, done: DoneRecord, retentionSeconds: number): MaybePromise<HolderAnswer>;
  /**
   * Holder only: claimable at once, attempts kept. `progress` replaces what was kept, where given.
   * The token that released it, again, while nobody claimed since → `held`, nothing changed.
   */
  release(key: string, token: string, progress?: string): MaybePromise<HolderAnswer>;
  /**
   * Transactional stores only, and used by the receiver in place of `claim`: the claim, the handler's writes and the
   * completion become visible together or not at all. A key whose transaction is open elsewhere is `in_flight`.
   *
   * @throws {StoreFullError} Where no more transactions may be open at once.
   */
  begin?(claim: ClaimRequest): Promise<BeginAnswer<Tx>>;
  /**
   * For `order`: keeps the highest version seen of an entity, and says whether this one is older. Equal is not older, so
   * that a retry is not. Entities are remembered for `retentionSeconds` after their last event.
   *
   * @param version - A safe integer, 0 or more.
   * @param tx - Inside a transaction: the mark is its own too, and its row keeps other events of the entity waiting.
   */
  advance?(entityKey: string, version: number, retentionSeconds: number, tx?: Tx): MaybePromise<OrderAnswer>;
  /** Told once per receiver, when it is built. Throws where the store cannot keep what that receiver needs. */
  attach?(needs: StoreNeeds): void;
  /** Types only: what `context.tx` is. Never set. */
  readonly [TX]?: () => Tx;
}
declare const TX: unique symbol;

/** What a receiver asks a store for: an event's key, the token of this run, and how long the run may last. */
export interface ClaimRequest {
  /** SHA-256 over scope, sender, tenant and id, base64url, 43 characters. */
  readonly key: string;
  /** The caller's random id. It alone decides who holds the claim. */
  readonly token: string;
  /** At least 1. The claim lapses when it is neither renewed nor settled for so long. */
  readonly leaseSeconds: number;
  /** SHA-256 of the body, base64url. AttemptCounter, to tell a duplicate from another body under the same id. */
  readonly bodyDigest: string;
}

/** What a store answers to a claim: granted, held by another delivery, or the event is done. */
export type ClaimAnswer =
  | {
      readonly state: "claimed";
      /**
       * A whole number above 0 that rises with every claim of this key, also after it was forgotten and came again: for
       * downstream writes that must refuse an older holder.
       */
      readonly fence: number;
      /** How often the key was claimed, this time included. 1 on the first. */
      readonly attempt: number;
      /** What the last holder left when it released. */
      readonly progress: string | undefined;
    }
  | { readonly state: "in_flight"; readonly retryAfterSeconds: number }
  | { readonly state: "done"; readonly reply: string | undefined; readonly isSameBody: boolean };

/** Whether a claim is still held by the token that was given. After `lost` nothing may be written for it. */
export type HolderAnswer = "held" | "lost";

/** Whether an event is the newest of its entity so far, or older than one that arrived before. */
export type OrderAnswer = "newest" | "older";

/** What a transactional store answers to a claim: with the claim, the transaction it is made in. */
export type BeginAnswer<Tx> =
  | (Extract<ClaimAnswer, { readonly state: "claimed" }> & { readonly transaction: OpenTransaction<Tx> })
  | Exclude<ClaimAnswer, { readonly state: "claimed" }>;

/** One transaction, from claim to commit. Exactly one of its three ends is called. */
export interface OpenTransaction<Tx> {
  /** What the handler gets as `context.tx`. Unusable from the moment one of the ends below is called. */
  readonly tx: Tx;
  /**
   * Writes the completion and commits.
   *
   * @throws Where the commit is not known to have happened: nothing may be answered as success then. The connection is
   * not used again.
   */
  complete(done: DoneRecord, retentionSeconds: number): Promise<HolderAnswer>;
  /** Rolls back, then keeps the attempt, and the progress where given, for the next claim. */
  release(progress?: string): Promise<HolderAnswer>;
  /** Ends the connection, and with it the transaction, while the handler may still be using it. */
  abandon(): void;
}

/** What a store keeps of an event that is done. */
export interface DoneRecord {
  /** The handler's own reply, serialised, at most 16 KB of it; `undefined` for the sender's plain success. */
  readonly reply: string | undefined;
}

/** What a receiver needs of a store, given to it when the receiver is built. */
export interface StoreNeeds {
  /** The receiver, for messages. */
  readonly receiver: string;
  /** A done record younger than this must not be evicted: a replay inside the tolerance would run again. */
  readonly minRetentionSeconds: number;
  /** What the receiver promises to remember. */
  readonly retentionSeconds: number;
  /** Where the store says, once, that it cannot keep a promise: retention became shorter than promised. */
  readonly report?: (message: string) => void;
}

/** There is no room for another key: everything kept is in work, or too young to forget. Passes by itself: 503. */
export class StoreFullError extends SharedError {
  static override readonly brand = "hookgate.StoreFullError";
  override readonly name = "StoreFullError";
}

/** How long attempts and progress of a released key are kept: as long as the longest retry schedule we know of. */
export const RELEASED_RETENTION_SECONDS: number = 7 * 86_400;
