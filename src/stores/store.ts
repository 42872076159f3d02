// The contract of a dedupe store. `describeDedupeStore` tests it.
import { SharedError } from "../lib/across-builds.js";
import type { MaybePromise } from "../lib/maybe-promise.js";

/**
 * The states of a key:
 *
 *     absent → claimed(token, lease, attempts) → done(reply, until)
 *
 * A released key is absent, with its attempts and progress kept. A lapsed claim and an expired record can be claimed.
 * Correctness needs no background job. Every operation is atomic, uses the store's own clock, and is safe to repeat.
 */
export interface DedupeStore<Tx = never> {
  /** The name in messages: `memoryStore`, `redisStore`, … */
  readonly name: string;
  /** Whether several processes share the records. Then the receiver's `scope` is required. */
  readonly isShared: boolean;
  /**
   * Claims an absent, released or lapsed key. A second call with the token that holds the claim renews its lease and counts no
   * attempt, so a lost answer does no harm. A token that has released or completed the key is like any other token.
   *
   * @throws {StoreFullError} When there is no room for another key.
   */
  claim(claim: ClaimRequest): MaybePromise<ClaimAnswer>;
  /**
   * Renews the lease of the holder's claim. `lost` where another token, or none, holds the key. A lapsed claim that no other
   * token has taken over still belongs to its holder, here and below.
   */
  renew(key: string, token: string, leaseSeconds: number): MaybePromise<HolderAnswer>;
  /**
   * Marks the holder's key as done, with the handler's own reply, for `retentionSeconds`. A holder that has lost its claim
   * overwrites nothing. A second call with the token that completed the key answers `held` and changes nothing.
   */
  complete(key: string, token: string, done: DoneRecord, retentionSeconds: number): MaybePromise<HolderAnswer>;
  /**
   * Makes the holder's key claimable immediately and keeps its attempts. A given `progress` replaces the previous one. A second
   * call with the token that released the key, before another claim, answers `held` and changes nothing.
   */
  release(key: string, token: string, progress?: string): MaybePromise<HolderAnswer>;
  /**
   * Only in transactional stores, where the receiver calls it in place of `claim`: the claim, the handler's writes and the
   * completion become visible together or not at all. A key with an open transaction elsewhere is `in_flight`.
   *
   * @throws {StoreFullError} When no further transaction may be open.
   */
  begin?(claim: ClaimRequest): Promise<BeginAnswer<Tx>>;
  /**
   * For `order`: stores the highest version seen of an entity, and says whether this one is older. An equal version is not
   * older, so a retry is not. An entity is remembered for `retentionSeconds` after its last event.
   *
   * @param version - A safe integer, 0 or more.
   * @param tx - Stores the version inside this transaction, whose row lock makes other events of the entity wait.
   */
  advance?(entityKey: string, version: number, retentionSeconds: number, tx?: Tx): MaybePromise<OrderAnswer>;
  /** Called once per receiver, when it is built. Throws when the store cannot meet the needs of that receiver. */
  attach?(needs: StoreNeeds): void;
  /** Only for types: the type of `context.tx`. Never set. */
  readonly [TX]?: () => Tx;
}
declare const TX: unique symbol;

/** A request for a claim: the event's key, the token of this run, and the length of the lease. */
export interface ClaimRequest {
  /** SHA-256 over scope, sender, tenant and id, base64url, 43 characters. */
  readonly key: string;
  /** The caller's random id, which alone identifies the holder of the claim. */
  readonly token: string;
  /** At least 1. The claim lapses when it is neither renewed nor settled within this time. */
  readonly leaseSeconds: number;
  /** SHA-256 of the body, base64url. Stored to distinguish a duplicate from another body under the same id. */
  readonly bodyDigest: string;
}

/** The answer to a claim: granted, held by another delivery, or the event is done. */
export type ClaimAnswer =
  | {
      readonly state: "claimed";
      /**
       * A whole number above 0 that rises with every claim of this key, even after its record was forgotten. Writes to other
       * systems use it to refuse an earlier holder.
       */
      readonly fence: number;
      /** The number of claims of this key, this one included. 1 for the first. */
      readonly attempt: number;
      /** The progress that the last holder released the key with. */
      readonly progress: string | undefined;
    }
  | { readonly state: "in_flight"; readonly retryAfterSeconds: number }
  | { readonly state: "done"; readonly reply: string | undefined; readonly isSameBody: boolean };

/** Whether the given token still holds the claim. After `lost`, that token may write nothing. */
export type HolderAnswer = "held" | "lost";

/** Whether an event is the newest of its entity so far, or older than an earlier arrival. */
export type OrderAnswer = "newest" | "older";

/** The answer of a transactional store to a claim: the claim and the transaction that it was made in. */
export type BeginAnswer<Tx> =
  | (Extract<ClaimAnswer, { readonly state: "claimed" }> & { readonly transaction: OpenTransaction<Tx> })
  | Exclude<ClaimAnswer, { readonly state: "claimed" }>;

/** One transaction, from claim to commit. Exactly one of its three ends is called: `complete`, `release` or `abandon`. */
export interface OpenTransaction<Tx> {
  /** The handler's `context.tx`. Unusable once one of the ends below is called. */
  readonly tx: Tx;
  /**
   * Writes the completion and commits.
   *
   * @throws When the commit is not known to have happened: then nothing may be answered as success. The connection is not
   * used again.
   */
  complete(done: DoneRecord, retentionSeconds: number): Promise<HolderAnswer>;
  /** Rolls back, then stores the attempt, and the progress where given, for the next claim. */
  release(progress?: string): Promise<HolderAnswer>;
  /** Closes the connection and so ends the transaction, although the handler may still use it. */
  abandon(): void;
}

/** The record of an event that is done. */
export interface DoneRecord {
  /** The handler's own reply, serialised, at most 16 KB. `undefined` for the sender's plain success. */
  readonly reply: string | undefined;
}

/** The needs of a receiver, given to its store when the receiver is built. */
export interface StoreNeeds {
  /** The receiver's name, for messages. */
  readonly receiver: string;
  /** A done record younger than this must not be evicted: a replay within the tolerance would run again. */
  readonly minRetentionSeconds: number;
  /** How long the receiver promises to remember events. */
  readonly retentionSeconds: number;
  /** Called once when the store cannot keep the promised retention. */
  readonly report?: (message: string) => void;
}

/** There is no room for another key: every record is claimed or too recent to be forgotten. The condition passes; the sender gets 503. */
export class StoreFullError extends SharedError {
  static override readonly brand = "hookgate.StoreFullError";
  override readonly name = "StoreFullError";
}

/** How long attempts and progress of a released key are kept: as long as the longest known retry schedule. */
export const RELEASED_RETENTION_SECONDS: number = 7 * 86_400;
