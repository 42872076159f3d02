// A store with a hard timeout for every operation and one error for every failure.
import { type StoreMessage, storeOps } from "../core/diagnostics.js";
import { within } from "../lib/deadline.js";
import { isPromise, type MaybePromise } from "../lib/maybe-promise.js";
import { kindOf, refuseUnknownKeys } from "../lib/options.js";
import {
  type BeginAnswer,
  type ClaimAnswer,
  type ClaimRequest,
  type DedupeStore,
  type HolderAnswer,
  type OpenTransaction,
  StoreFullError,
} from "../stores/store.js";
import { createBreaker } from "./circuit-breaker.js";
import { failureOf, StoreUnavailableError } from "./errors.js";
import { createOwed } from "./pending-settlements.js";
import { isBeginAnswer, isClaimAnswer, isHolderAnswer, isOrderAnswer } from "./validate-answer.js";

export { StoreUnavailableError } from "./errors.js";

const DEFAULT_TIMEOUT_MS = 1000;
const DEFAULT_BREAKER_FAILURES = 5;
/**
 * A store that is back is noticed within this and one op. Short, since one claim at a time is all that a store which is
 * away hears from a process: it and the op's second, and a client that connects again within a quarter of one, are under the
 * two seconds after which service has to resume.
 */
const DEFAULT_BREAKER_OPEN_MS = 250;
/** Before the second try: long enough for a driver to reconnect, spread so that not everybody tries at once. */
const RETRY_PAUSE_MS = 50;

export interface GuardOptions {
  /** How long one op may take, its second try included. Default 1,000. */
  readonly timeoutMs?: number;
  /** Failures in a row after which the store is left alone. Default 5. */
  readonly breakerFailures?: number;
  /** For how long; then one claim tries again. Default 250. */
  readonly breakerOpenMs?: number;
  /** Monotonic, milliseconds. */
  readonly nowMs?: () => number;
  /** 0 to 1, for the pause before a second try. */
  readonly random?: () => number;
}

/**
 * The same store, which now answers in time or throws a `StoreUnavailableError` with the cause.
 *
 * - A store that answers at once still does: no promise, no timer.
 * - An op that was refused is tried once more, if half of its time is left: every op is safe to repeat. One that hangs is
 *   not, and neither is one that threw at once, since asking again at once would hear the same.
 * - An answer that is not well-formed (a record of a newer version, say) is a failure, never "new".
 * - Failures in a row open the breaker: claims are refused without asking. Ops of a holder are still tried, because a
 *   completion that is not even attempted is a second run later.
 * - A claim whose answer was not heard may have been made: it is given back once the store is there again, fenced by its
 *   token, and so is told the end of a claim that it did not hear of. In memory, at most 1,000 of them.
 * - `StoreFullError` passes through: a store that says so is alive.
 *
 * Ops may throw as well as reject: call them inside `try` and await inside it too.
 *
 * @throws {TypeError} When built with an option that is unknown or not above 0.
 */
export function resilientStore<Tx = never>(store: DedupeStore<Tx>, options: GuardOptions = {}): DedupeStore<Tx> {
  if (!isStore(store)) {
    throw new TypeError(
      `resilientStore: store must be a dedupe store, such as memoryStore() or redisStore(client); got ${kindOf(store)}`,
    );
  }
  refuseUnknownKeys("resilientStore", options, ["timeoutMs", "breakerFailures", "breakerOpenMs", "nowMs", "random"]);
  const timeoutMs = aboveZero("timeoutMs", options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
  const nowMs = options.nowMs ?? (() => performance.now());
  const random = options.random ?? Math.random;
  const breaker = createBreaker(
    aboveZero("breakerFailures", options.breakerFailures ?? DEFAULT_BREAKER_FAILURES),
    aboveZero("breakerOpenMs", options.breakerOpenMs ?? DEFAULT_BREAKER_OPEN_MS),
    nowMs,
  );

  const owed = createOwed(store.name, timeoutMs);
  const beginIn = store.begin?.bind(store);
  const advanceIn = store.advance?.bind(store);

  function ask<T>(
    op: StoreMessage["op"],
    isAnswer: (answer: unknown) => boolean,
    call: () => MaybePromise<T>,
    hooks: Hooks<T> = {},
  ): MaybePromise<T> {
    if (!storeOps.hasSubscribers) return askNow(op, isAnswer, call, hooks);
    return timedOp(store.name, op, failureOf, () => askNow(op, isAnswer, call, hooks));
  }

  function askNow<T>(
    op: string,
    isAnswer: (answer: unknown) => boolean,
    call: () => MaybePromise<T>,
    { takeLate, onFailure }: Hooks<T>,
  ): MaybePromise<T> {
    let answer: MaybePromise<T>;
    try {
      answer = call();
    } catch (error) {
      throw failed(op, error, onFailure);
    }
    if (!isPromise(answer)) return accepted(op, isAnswer, answer);
    return awaited(op, call, answer, takeLate).then(
      (value) => accepted(op, isAnswer, value, onFailure),
      (error: unknown) => {
        throw failed(op, error, onFailure);
      },
    );
  }

  async function awaited<T>(
    op: string,
    call: () => MaybePromise<T>,
    first: PromiseLike<T>,
    takeLate: ((answer: T) => void) | undefined,
  ): Promise<T> {
    const startMs = nowMs();
    try {
      return await within(first, timeoutMs, () => late(op), takeLate);
    } catch (error) {
      if (error instanceof StoreUnavailableError || error instanceof StoreFullError) throw error;
      if (nowMs() - startMs > timeoutMs / 2) throw error;
      await pause(Math.min(RETRY_PAUSE_MS, timeoutMs / 4) * random());
      const again = call();
      return isPromise(again) ? await within(again, timeoutMs - (nowMs() - startMs), () => late(op), takeLate) : again;
    }
  }

  function late(op: string): Error {
    return new StoreUnavailableError(`${store.name}: ${op} did not answer within ${timeoutMs} ms`, "timeout");
  }

  function refuseWhileResting(): void {
    if (breaker.admits()) return;
    throw new StoreUnavailableError(`${store.name}: not asked, after failures in a row`, "resting");
  }

  /** One try: what was committed, or not, cannot be tried again, and a connection that does not answer is ended. */
  async function end(op: "complete" | "release", transaction: OpenTransaction<Tx>, call: () => Promise<HolderAnswer>) {
    if (!storeOps.hasSubscribers) return endNow(op, transaction, call);
    return timedOp(store.name, op, failureOf, () => endNow(op, transaction, call));
  }

  async function endNow(op: string, transaction: OpenTransaction<Tx>, call: () => Promise<HolderAnswer>) {
    try {
      return accepted(op, isHolderAnswer, await within(call(), timeoutMs, () => late(op)));
    } catch (error) {
      abandonQuietly(transaction);
      throw failed(op, error);
    }
  }

  function guardedTransaction(transaction: OpenTransaction<Tx>): OpenTransaction<Tx> {
    return {
      get tx() {
        return transaction.tx;
      },
      complete: (done, retentionSeconds) =>
        end("complete", transaction, () => transaction.complete(done, retentionSeconds)),
      release: (progress) => end("release", transaction, () => transaction.release(progress)),
      abandon: () => abandonQuietly(transaction),
    };
  }

  async function begin(open: NonNullable<DedupeStore<Tx>["begin"]>, request: ClaimRequest): Promise<BeginAnswer<Tx>> {
    refuseWhileResting();
    const answer = await ask("begin", isBeginAnswer, () => open(request), { takeLate: giveBackLate });
    if (answer.state !== "claimed") return answer;
    const { fence, attempt, progress } = answer;
    return { state: "claimed", fence, attempt, progress, transaction: guardedTransaction(answer.transaction) };
  }

  function accepted<T>(op: string, isAnswer: (answer: unknown) => boolean, answer: T, onFailure?: () => void): T {
    if (isAnswer(answer)) {
      breaker.succeeded();
      owed.storeAnswered();
      return answer;
    }
    breaker.failed();
    onFailure?.();
    throw new StoreUnavailableError(`${store.name}: ${op} gave an answer that cannot be read`, "malformed");
  }

  function failed(op: string, error: unknown, onFailure?: () => void): unknown {
    if (error instanceof StoreFullError) {
      breaker.succeeded();
      return error;
    }
    breaker.failed();
    onFailure?.();
    if (error instanceof StoreUnavailableError) return error;
    return new StoreUnavailableError(`${store.name}: ${op} failed`, "failed", { cause: error });
  }

  /** Where its answer is not heard, the claim may have been made, and would keep the event from everybody for a lease. */
  function claim(request: ClaimRequest): MaybePromise<ClaimAnswer> {
    const { key, token } = request;
    const claimId = claimIdOf(key, token);
    const giveBack = (late: ClaimAnswer): void => {
      if (late.state !== "claimed") owed.forget(claimId);
      owed.storeAnswered();
    };
    const doubt = (): void => owed.add(claimId, { tell: () => store.release(key, token), isInDoubt: true });
    return ask("claim", isClaimAnswer, () => store.claim(request), { takeLate: giveBack, onFailure: doubt });
  }

  /** Held by nobody but a claim of ours that failed: without this the sender would be sent away for its whole lease. */
  async function claimOwed(request: ClaimRequest): Promise<ClaimAnswer> {
    const answer = await claim(request);
    if (answer.state !== "in_flight") return answer;
    try {
      if (!(await owed.tellFor(request.key))) return answer;
    } catch {
      return answer;
    }
    return await claim(request);
  }

  /** The claim has come to its end; where the store does not hear of it now, it does later. */
  function settle(key: string, token: string, op: "complete" | "release", tell: () => MaybePromise<HolderAnswer>) {
    const claimId = claimIdOf(key, token);
    owed.forget(claimId);
    return ask(op, isHolderAnswer, tell, { onFailure: () => owed.add(claimId, { tell, isInDoubt: false }) });
  }

  return {
    name: store.name,
    isShared: store.isShared,
    claim(request) {
      refuseWhileResting();
      return owed.isEmpty ? claim(request) : claimOwed(request);
    },
    renew(key, token, leaseSeconds) {
      return ask("renew", isHolderAnswer, () => store.renew(key, token, leaseSeconds));
    },
    complete(key, token, done, retentionSeconds) {
      return settle(key, token, "complete", () => store.complete(key, token, done, retentionSeconds));
    },
    release(key, token, progress) {
      return settle(key, token, "release", () => store.release(key, token, progress));
    },
    ...(beginIn === undefined ? {} : { begin: (request) => begin(beginIn, request) }),
    ...(advanceIn === undefined
      ? {}
      : { advance: (...given) => ask("advance", isOrderAnswer, () => advanceIn(...given)) }),
    attach(needs) {
      store.attach?.(needs);
    },
  };
}

interface Hooks<T> {
  /** Given an answer that nobody waits for any more. */
  readonly takeLate?: (answer: T) => void;
  /** The op may have been done, or not. */
  readonly onFailure?: () => void;
}

/** Anything with the four ops; what they answer is looked at as it comes. */
function isStore(value: unknown): boolean {
  const members = Object(value) as Readonly<Record<string, unknown>>;
  return ["claim", "renew", "complete", "release"].every((name) => typeof members[name] === "function");
}

function claimIdOf(key: string, token: string): string {
  return `${key} ${token}`;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}

/** A transaction that opened after its claim had been given up: nobody will use it, and its connection must not be lost. */
function giveBackLate(answer: BeginAnswer<unknown>): void {
  if (answer?.state !== "claimed") return;
  const { transaction } = answer;
  Promise.resolve()
    .then(() => transaction.release())
    .catch(() => abandonQuietly(transaction));
}

function abandonQuietly(transaction: OpenTransaction<unknown>): void {
  try {
    transaction.abandon();
  } catch {
    // It had ended already: there is no connection left to end.
  }
}

function aboveZero(name: string, value: number): number {
  if (typeof value === "number" && value > 0 && value < 2 ** 31) return value;
  throw new TypeError(`resilientStore: ${name} must be a number above 0; got ${String(value)}`);
}

/** The same answer, or the same failure. */
export function timedOp<T>(
  store: string,
  op: StoreMessage["op"],
  failureOf: (error: unknown) => StoreMessage["failure"],
  ask: () => MaybePromise<T>,
): MaybePromise<T> {
  const startMs = performance.now();
  const tell = (failure: StoreMessage["failure"]): void => {
    const message: StoreMessage = { store, op, durationMs: performance.now() - startMs, failure };
    storeOps.publish(message);
  };
  const fail = (error: unknown): never => {
    tell(failureOf(error));
    throw error;
  };
  let answer: MaybePromise<T>;
  try {
    answer = ask();
  } catch (error) {
    return fail(error);
  }
  if (!isPromise(answer)) {
    tell(undefined);
    return answer;
  }
  return answer.then((value) => {
    tell(undefined);
    return value;
  }, fail);
}
