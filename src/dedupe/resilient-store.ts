// A store whose operations answer within a time limit or throw a `StoreUnavailableError`.
import type { MaybePromise } from "../lib/maybe-promise.js";
import { checkOptions, FUNCTION, kindOf, type OptionRule, type OptionRules } from "../lib/options.js";
import type { ClaimAnswer, ClaimRequest, DedupeStore, HolderAnswer } from "../stores/store.js";
import { createBreaker } from "./circuit-breaker.js";
import { createPendingSettlements } from "./pending-settlements.js";
import { resilientBegin } from "./resilient-transactions.js";
import { StoreCalls } from "./store-calls.js";
import { isClaimAnswer, isHolderAnswer, isOrderAnswer } from "./validate-answer.js";

export { StoreUnavailableError } from "./errors.js";

const DEFAULT_TIMEOUT_MS = 1000;
const DEFAULT_BREAKER_FAILURES = 5;
/**
 * Service has to resume within 2 s of the store's return. While the breaker is open a process sends the store one claim at
 * a time, so the pause and the time limit of one operation come before that, and so does a client that reconnects within
 * 250 ms.
 */
const DEFAULT_BREAKER_OPEN_MS = 250;

export interface ResilientStoreOptions {
  /** The time limit of one operation, its retry included. Default 1,000. */
  readonly timeoutMs?: number;
  /** Failures in a row that open the breaker. Default 5. */
  readonly breakerFailures?: number;
  /** How long the breaker stays open before one claim is tried. Default 250. */
  readonly breakerOpenMs?: number;
  /** A monotonic clock, milliseconds. */
  readonly nowMs?: () => number;
  /** 0 to 1, for the pause before the retry. */
  readonly random?: () => number;
}

const ABOVE_ZERO: OptionRule = {
  must: "be a number above 0",
  fits: (value) => typeof value === "number" && value > 0 && value < 2 ** 31,
};
const RULES: OptionRules<ResilientStoreOptions> = {
  timeoutMs: ABOVE_ZERO,
  breakerFailures: ABOVE_ZERO,
  breakerOpenMs: ABOVE_ZERO,
  nowMs: FUNCTION,
  random: FUNCTION,
};

/**
 * Wraps a store: every operation answers within the time limit or throws a `StoreUnavailableError` with the cause.
 *
 * - A synchronous store stays synchronous: no promise, no timer.
 * - An operation that was rejected is retried once while half of its time is left: every operation is safe to repeat. One
 *   that exceeds the time limit is not retried, and neither is one that threw synchronously, since an immediate retry would
 *   fail in the same way.
 * - A malformed answer (a record of a newer version, say) is a failure, never "new".
 * - Failures in a row open the breaker, which refuses claims without calling the store. Operations of a claim's holder are
 *   still tried, because a completion that is not stored means a second run.
 * - A claim whose answer was lost may have been made. It is released once the store answers again, fenced by its token. A
 *   completion or release that failed is retried in the same way. Up to 1,000 of them are kept, in memory.
 * - `StoreFullError` passes through and counts as an answer.
 *
 * An operation can throw synchronously as well as reject: call it inside `try`, and await it there.
 *
 * @throws {TypeError} When built with an unknown option, or with one that is not above 0.
 */
export function resilientStore<Tx = never>(
  store: DedupeStore<Tx>,
  options: ResilientStoreOptions = {},
): DedupeStore<Tx> {
  refuseUnlessStore(store);
  checkOptions("resilientStore", options, RULES);
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const nowMs = options.nowMs ?? (() => performance.now());
  const random = options.random ?? Math.random;
  const breaker = createBreaker(
    options.breakerFailures ?? DEFAULT_BREAKER_FAILURES,
    options.breakerOpenMs ?? DEFAULT_BREAKER_OPEN_MS,
    nowMs,
  );
  const pending = createPendingSettlements(store.name, timeoutMs);
  const { name, isShared } = store;
  const calls = new StoreCalls({ name, timeoutMs, breaker, nowMs, random, onAnswer: pending.storeAnswered });
  const begin = store.begin?.bind(store);
  const advance = store.advance?.bind(store);

  /** A claim whose answer is lost may have been made, and would keep the event from every process for a whole lease. */
  function claim(request: ClaimRequest): MaybePromise<ClaimAnswer> {
    const { key, token } = request;
    const claimId = claimIdOf(key, token);
    const takeLate = (late: ClaimAnswer): void => {
      if (late.state !== "claimed") pending.forget(claimId);
      pending.storeAnswered();
    };
    const onFailure = (): void => pending.add(claimId, { settle: () => store.release(key, token), isInDoubt: true });
    return calls.ask("claim", isClaimAnswer, () => store.claim(request), { takeLate, onFailure });
  }

  /** The holder may be an earlier claim of this process whose answer was lost: that one is released first. */
  async function claimAfterPending(request: ClaimRequest): Promise<ClaimAnswer> {
    const answer = await claim(request);
    if (answer.state !== "in_flight") return answer;
    try {
      if (!(await pending.settleKey(request.key))) return answer;
    } catch {
      return answer;
    }
    return await claim(request);
  }

  /** A settlement that fails now is retried later. */
  function settle(key: string, token: string, op: "complete" | "release", call: () => MaybePromise<HolderAnswer>) {
    const claimId = claimIdOf(key, token);
    pending.forget(claimId);
    return calls.ask(op, isHolderAnswer, call, {
      onFailure: () => pending.add(claimId, { settle: call, isInDoubt: false }),
    });
  }

  return {
    name,
    isShared,
    claim(request) {
      calls.refuseWhileOpen();
      return pending.isEmpty ? claim(request) : claimAfterPending(request);
    },
    renew(key, token, leaseSeconds) {
      return calls.ask("renew", isHolderAnswer, () => store.renew(key, token, leaseSeconds));
    },
    complete(key, token, done, retentionSeconds) {
      return settle(key, token, "complete", () => store.complete(key, token, done, retentionSeconds));
    },
    release(key, token, progress) {
      return settle(key, token, "release", () => store.release(key, token, progress));
    },
    ...(begin === undefined ? {} : { begin: resilientBegin(begin, calls) }),
    ...(advance === undefined
      ? {}
      : { advance: (...args) => calls.ask("advance", isOrderAnswer, () => advance(...args)) }),
    attach(needs) {
      store.attach?.(needs);
    },
  };
}

/** A store has the four operations. Their answers are validated on each call. */
function refuseUnlessStore(value: unknown): void {
  const properties = Object(value) as Readonly<Record<string, unknown>>;
  if (["claim", "renew", "complete", "release"].every((name) => typeof properties[name] === "function")) return;
  throw new TypeError(
    `resilientStore: store must be a dedupe store, such as memoryStore() or redisStore(client); got ${kindOf(value)}`,
  );
}

function claimIdOf(key: string, token: string): string {
  return `${key} ${token}`;
}
