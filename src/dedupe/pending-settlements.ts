// Completions and releases that failed while the store was unavailable, retried once it answers.

import { within } from "../lib/deadline.js";
import { isPromise, type MaybePromise } from "../lib/maybe-promise.js";
import type { HolderAnswer } from "../stores/store.js";

/** A store that is away for long is owed the last of them. The leases of the others lapse by themselves. */
const MOST_OWED = 1_000;
/** Without any other traffic the store is asked again after the first pause, then less and less often. */
const FIRST_PAUSE_MS = 500;
const LAST_PAUSE_MS = 5_000;
/**
 * A claim that nobody heard the answer of may still lie in a socket when its release arrives by another one, and is then
 * made after it. So a release that finds no claim is sent again, so long after the one before.
 */
const AGAIN_AFTER_MS: readonly number[] = [250, 1_000, 4_000];

/** A claim's id begins with its key and a space. */
export interface PendingSettlements {
  /** Until it is told, or forgotten. The last word on a claim replaces the one before. */
  add(claimId: string, word: PendingSettlement): void;
  /** Told by somebody else, or no longer true. */
  forget(claimId: string): void;
  /** The store has answered: what is owed is told now. */
  storeAnswered(): void;
  readonly isEmpty: boolean;
  /** Tells at once what is owed for claims of this key: false where nothing is. Rejects where the store does not answer. */
  tellFor(key: string): Promise<boolean>;
}

export interface PendingSettlement {
  /** Fenced by the claim's token, so that it can do no harm however late it is. */
  readonly tell: () => MaybePromise<HolderAnswer>;
  /** Whether the claim itself is in doubt: it may be made after the first word that finds none. */
  readonly isInDoubt: boolean;
}

interface Item extends PendingSettlement {
  foundNothing: number;
  dueMs: number;
}

/** Best effort, in memory: a process that ends owes nothing, and its claims lapse with their leases. */
export function createOwed(name: string, timeoutMs: number): PendingSettlements {
  const items = new Map<string, Item>();
  let pauseMs = FIRST_PAUSE_MS;
  let timer: NodeJS.Timeout | undefined;
  let timerAtMs = Number.POSITIVE_INFINITY;
  let isTelling = false;

  function schedule(delayMs: number): void {
    const atMs = performance.now() + delayMs;
    if (isTelling || atMs >= timerAtMs) return;
    clearTimeout(timer);
    timerAtMs = atMs;
    timer = setTimeout(() => void tellAll(), delayMs);
    timer.unref();
  }

  async function tellAll(): Promise<void> {
    timerAtMs = Number.POSITIVE_INFINITY;
    isTelling = true;
    let isAway = false;
    for (const [claimId, item] of items) {
      if (item.dueMs > performance.now()) continue;
      try {
        // One at a time: a store that is just back has others to answer.
        const answer = await tell(item);
        if (items.get(claimId) === item) heard(claimId, item, answer);
      } catch {
        isAway = true;
        break;
      }
    }
    isTelling = false;
    pauseMs = isAway ? Math.min(pauseMs * 2, LAST_PAUSE_MS) : FIRST_PAUSE_MS;
    if (items.size === 0) return;
    const nextMs = Math.min(...[...items.values()].map(({ dueMs }) => dueMs)) - performance.now();
    schedule(Math.max(isAway ? pauseMs : 0, nextMs));
  }

  async function tell({ tell: say }: Item): Promise<HolderAnswer> {
    const answer = say();
    if (!isPromise(answer)) return answer;
    return within(answer, timeoutMs, () => new Error(`${name}: no answer within ${timeoutMs} ms`));
  }

  function heard(claimId: string, item: Item, answer: HolderAnswer): void {
    const againAfterMs = item.isInDoubt && answer !== "held" ? AGAIN_AFTER_MS[item.foundNothing++] : undefined;
    if (againAfterMs === undefined) items.delete(claimId);
    else item.dueMs = performance.now() + againAfterMs;
  }

  return {
    get isEmpty() {
      return items.size === 0;
    },
    async tellFor(key) {
      const owed = [...items].filter(([claimId]) => claimId.startsWith(`${key} `));
      for (const [claimId, item] of owed) heard(claimId, item, await tell(item));
      return owed.length > 0;
    },
    add(claimId, word) {
      items.delete(claimId);
      if (items.size >= MOST_OWED) items.delete(items.keys().next().value as string);
      items.set(claimId, { ...word, foundNothing: 0, dueMs: 0 });
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
