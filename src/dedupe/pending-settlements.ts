// Completions and releases that failed while the store was unavailable, retried once it answers.

import { within } from "../lib/deadline.js";
import { isPromise, type MaybePromise } from "../lib/maybe-promise.js";
import { isLost, unref } from "../lib/timer.js";
import type { HolderAnswer } from "../stores/store.js";

/** The newest are kept when a store is unavailable for long. The claims of the others lapse with their leases. */
const MAX_PENDING = 1_000;
/** Without other traffic the store is retried after the first pause, then less and less often. */
const FIRST_PAUSE_MS = 500;
const LAST_PAUSE_MS = 5_000;
/**
 * A claim whose answer was lost may still lie in a socket when its release arrives over another one, and is then made after
 * the release. So a release that finds no claim is repeated, each time after such a pause.
 */
const REPEAT_AFTER_MS: readonly number[] = [250, 1_000, 4_000];

/** A claim's id is its key, a space and its token. */
export interface PendingSettlements {
  /** Kept until the store accepts it, or until `forget`. It replaces an earlier settlement of the same claim. */
  add(claimId: string, settlement: PendingSettlement): void;
  /** Another call settles the claim, or the settlement is no longer right. */
  forget(claimId: string): void;
  /** The store has answered a call, so the pending settlements are retried now. */
  readonly storeAnswered: () => void;
  readonly isEmpty: boolean;
  /** Settles at once the claims of this key. `false` where there are none. Rejects where the store does not answer. */
  settleKey(key: string): Promise<boolean>;
}

export interface PendingSettlement {
  /** Completes or releases the claim. Fenced by the claim's token, so a late call does no harm. */
  readonly settle: () => MaybePromise<HolderAnswer>;
  /** The claim itself may not have been made yet, so it can appear after a release that found none. */
  readonly isInDoubt: boolean;
}

interface Item extends PendingSettlement {
  foundNothing: number;
  dueMs: number;
}

/** Best effort and in memory: when the process ends, its claims lapse with their leases. */
export function createPendingSettlements(storeName: string, timeoutMs: number): PendingSettlements {
  const items = new Map<string, Item>();
  let pauseMs = FIRST_PAUSE_MS;
  let timer: NodeJS.Timeout | undefined;
  /** When the timer is due; during a retry, when the store must have answered. */
  let dueMs = Number.POSITIVE_INFINITY;
  let isRetrying = false;

  function schedule(delayMs: number): void {
    if (isLost(dueMs)) {
      isRetrying = false;
      dueMs = Number.POSITIVE_INFINITY;
    }
    const atMs = performance.now() + delayMs;
    if (isRetrying || atMs >= dueMs) return;
    clearTimeout(timer);
    dueMs = atMs;
    timer = setTimeout(() => void retryAll(), delayMs);
    unref(timer);
  }

  async function retryAll(): Promise<void> {
    dueMs = Number.POSITIVE_INFINITY;
    isRetrying = true;
    let isAway = false;
    for (const [claimId, item] of items) {
      if (item.dueMs > performance.now()) continue;
      dueMs = performance.now() + timeoutMs;
      try {
        // One at a time: a store that has just returned has other callers to answer.
        const answer = await settle(item);
        if (items.get(claimId) === item) settled(claimId, item, answer);
      } catch {
        isAway = true;
        break;
      }
    }
    isRetrying = false;
    dueMs = Number.POSITIVE_INFINITY;
    pauseMs = isAway ? Math.min(pauseMs * 2, LAST_PAUSE_MS) : FIRST_PAUSE_MS;
    if (items.size === 0) return;
    const nextMs = Math.min(...[...items.values()].map(({ dueMs }) => dueMs)) - performance.now();
    schedule(Math.max(isAway ? pauseMs : 0, nextMs));
  }

  async function settle(item: Item): Promise<HolderAnswer> {
    const answer = item.settle();
    if (!isPromise(answer)) return answer;
    return within(answer, timeoutMs, () => new Error(`${storeName}: no answer within ${timeoutMs} ms`));
  }

  function settled(claimId: string, item: Item, answer: HolderAnswer): void {
    const repeatAfterMs = item.isInDoubt && answer !== "held" ? REPEAT_AFTER_MS[item.foundNothing++] : undefined;
    if (repeatAfterMs === undefined) items.delete(claimId);
    else item.dueMs = performance.now() + repeatAfterMs;
  }

  return {
    get isEmpty() {
      return items.size === 0;
    },
    async settleKey(key) {
      const ofKey = [...items].filter(([claimId]) => claimId.startsWith(`${key} `));
      for (const [claimId, item] of ofKey) settled(claimId, item, await settle(item));
      return ofKey.length > 0;
    },
    add(claimId, settlement) {
      items.delete(claimId);
      if (items.size >= MAX_PENDING) items.delete(items.keys().next().value as string);
      items.set(claimId, { ...settlement, foundNothing: 0, dueMs: 0 });
      schedule(pauseMs);
    },
    forget(claimId) {
      if (items.size > 0) items.delete(claimId);
    },
    storeAnswered() {
      if (items.size > 0) schedule(0);
    },
  };
}
