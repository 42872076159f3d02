// What if the store hangs, fails or answers nonsense? Every op gets a hard timeout and one answer: a StoreUnavailableError.
import { type StoreMessage, storeOps } from "../diagnostics-work.js";
import { cancelDeadline, setDeadline } from "../internal/deadlines.js";
import { refuseUnknownKeys } from "../internal/known-keys.js";
import { isPromise, type MaybePromise } from "../internal/maybe-promise.js";
import { isBeginAnswer, isClaimAnswer, isHolderAnswer, isOrderAnswer } from "./answers.js";
import { createBreaker } from "./breaker.js";
import { Owed } from "./owed.js";
import {
  type BeginAnswer,
  type ClaimAnswer,
  type ClaimRequest,
  type DedupeStore,
  type HolderAnswer,
  type OpenTransaction,
  StoreFullError,
} from "./store.js";
import { timedOp } from "./timed-op.js";

const DEFAULT_TIMEOUT_MS = 1000;
const DEFAULT_BREAKER_FAILURES = 5;
/** A store that is back is noticed within this and one op; of the 2 s that are promised most is the client's, to connect again in. */
const DEFAULT_BREAKER_OPEN_MS = 250;
/** Before the second try: long enough for a driver to reconnect, spread so that not everybody tries at once. */
const RETRY_PAUSE_MS = 50;

/** `resting`: the breaker is open and the store was not asked. */
export type StoreFailure = "timeout" | "failed" | "malformed" | "resting";

/** The store could not be asked, or not be understood: nothing was decided, and the sender hears 503. */
export class StoreUnavailableError extends Error {
  override readonly name = "StoreUnavailableError";
  readonly failure: StoreFailure;

  constructor(message: string, failure: StoreFailure, options?: { cause?: unknown }) {
    super(message, options);
    this.failure = failure;
  }
}

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
 * - `StoreFullError` passes through: a store that says so is alive.
 * - What a store that failed may have missed is said again once it answers: a claim that it took without being heard is
 *   given back, a completion completed, a release released. All three are fenced by the claim's token. (Five minutes long,
 *   for 1,000 events; a process that ends meanwhile leaves the rest to their leases.)
 *
 * Ops may throw as well as reject: call them inside `try` and await inside it too.
 *
 * @throws {TypeError} When built with an option that is unknown or not above 0.
 */
export function guardedStore<Tx = never>(store: DedupeStore<Tx>, options: GuardOptions = {}): DedupeStore<Tx> {
  refuseUnknownKeys("guardedStore", options, ["timeoutMs", "breakerFailures", "breakerOpenMs", "nowMs", "random"]);
  const timeoutMs = aboveZero("timeoutMs", options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
  const nowMs = options.nowMs ?? (() => performance.now());
  const random = options.random ?? Math.random;
  const breaker = createBreaker(
    aboveZero("breakerFailures", options.breakerFailures ?? DEFAULT_BREAKER_FAILURES),
    aboveZero("breakerOpenMs", options.breakerOpenMs ?? DEFAULT_BREAKER_OPEN_MS),
    nowMs,
  );

  const owed = new Owed(nowMs);
  const beginIn = store.begin?.bind(store);
  const advanceIn = store.advance?.bind(store);

  /** `takeLate` is given an answer that nobody waits for any more. */
  function ask<T>(
    op: StoreMessage["op"],
    isAnswer: (answer: unknown) => boolean,
    call: () => MaybePromise<T>,
    takeLate?: (answer: T) => void,
  ): MaybePromise<T> {
    if (!storeOps.hasSubscribers) return askNow(op, isAnswer, call, takeLate);
    return timedOp(store.name, op, failureOf, () => askNow(op, isAnswer, call, takeLate));
  }

  function askNow<T>(
    op: string,
    isAnswer: (answer: unknown) => boolean,
    call: () => MaybePromise<T>,
    takeLate: ((answer: T) => void) | undefined,
  ): MaybePromise<T> {
    let answer: MaybePromise<T>;
    try {
      answer = call();
    } catch (error) {
      throw failed(op, error);
    }
    if (!isPromise(answer)) return accepted(op, isAnswer, answer);
    return awaited(op, call, answer, takeLate).then(
      (value) => accepted(op, isAnswer, value),
      (error: unknown) => {
        throw failed(op, error);
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
    const answer = await ask("begin", isBeginAnswer, () => open(request), giveBackLate);
    if (answer.state !== "claimed") return answer;
    const { fence, attempt, progress } = answer;
    return { state: "claimed", fence, attempt, progress, transaction: guardedTransaction(answer.transaction) };
  }

  function accepted<T>(op: string, isAnswer: (answer: unknown) => boolean, answer: T): T {
    if (isAnswer(answer)) {
      breaker.succeeded();
      owed.tellAll();
      return answer;
    }
    breaker.failed();
    throw new StoreUnavailableError(`${store.name}: ${op} gave an answer that cannot be read`, "malformed");
  }

  function failed(op: string, error: unknown): unknown {
    if (error instanceof StoreFullError) {
      breaker.succeeded();
      return error;
    }
    breaker.failed();
    if (error instanceof StoreUnavailableError) return error;
    return new StoreUnavailableError(`${store.name}: ${op} failed`, "failed", { cause: error });
  }

  /** The same answer or error; what the store may have missed is owed to it. */
  function orOwed<T>(
    { key, token }: Pick<ClaimRequest, "key" | "token">,
    call: () => MaybePromise<T>,
    tell: () => MaybePromise<HolderAnswer>,
  ): MaybePromise<T> {
    const owe = (error: unknown): never => {
      // Not through `ask`: what is said again is nobody's failure, and must not keep the breaker open.
      const again = async (): Promise<HolderAnswer> => within(Promise.resolve(tell()), timeoutMs, () => late("an op"));
      if (error instanceof StoreUnavailableError && error.failure !== "resting") owed.add(key, token, again);
      throw error;
    };
    const answer = call(); // a store that throws at once has not been asked
    const heard = (value: T): T => {
      owed.settled(key, token);
      return value;
    };
    return isPromise(answer) ? answer.then(heard, owe) : heard(answer);
  }

  function claim(request: ClaimRequest): MaybePromise<ClaimAnswer> {
    const { key, token } = request;
    const release = (): MaybePromise<HolderAnswer> => store.release(key, token);
    // Won after its caller has given up: nobody waits for the store's return to give it back.
    const giveBack = (late: ClaimAnswer): void => {
      if (late.state === "claimed") quietly(release);
    };
    return orOwed(request, () => ask("claim", isClaimAnswer, () => store.claim(request), giveBack), release);
  }

  function late(op: string): Error {
    return new StoreUnavailableError(`${store.name}: ${op} did not answer within ${timeoutMs} ms`, "timeout");
  }

  return {
    name: store.name,
    isShared: store.isShared,
    claim(request) {
      refuseWhileResting();
      if (owed.isEmpty) return claim(request);
      return Promise.resolve(claim(request)).then((answer) => {
        // Held by nobody but a claim of ours that failed: without this the sender would be sent away for a lease.
        const told = answer.state === "in_flight" ? owed.tellOf(request.key) : undefined;
        return told === undefined ? answer : told.then(() => claim(request));
      });
    },
    renew(key, token, leaseSeconds) {
      return ask("renew", isHolderAnswer, () => store.renew(key, token, leaseSeconds));
    },
    complete(key, token, done, retentionSeconds) {
      const complete = (): MaybePromise<HolderAnswer> => store.complete(key, token, done, retentionSeconds);
      return orOwed({ key, token }, () => ask("complete", isHolderAnswer, complete), complete);
    },
    release(key, token, progress) {
      const release = (): MaybePromise<HolderAnswer> => store.release(key, token, progress);
      return orOwed({ key, token }, () => ask("release", isHolderAnswer, release), release);
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

/** As `hookgate:store` tells it. */
function failureOf(error: unknown): StoreMessage["failure"] {
  if (error instanceof StoreFullError) return "full";
  return error instanceof StoreUnavailableError && error.failure !== "resting" ? error.failure : "failed";
}

/** The answer, or `late()`. What comes after that is given to `takeLate`, or dropped, as a rejection is. */
function within<T>(
  answer: PromiseLike<T>,
  timeoutMs: number,
  late: () => Error,
  takeLate?: (answer: T) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let isLate = false;
    // After a long block of the event loop timers come first, though the answer may lie in the socket: let it be read.
    const deadline = setDeadline(timeoutMs, () =>
      setImmediate(() => {
        isLate = true;
        reject(late());
      }),
    );
    answer.then(
      (value) => {
        cancelDeadline(deadline);
        if (isLate) takeLate?.(value);
        else resolve(value);
      },
      (error: unknown) => {
        cancelDeadline(deadline);
        reject(error);
      },
    );
  });
}

function quietly(call: () => MaybePromise<unknown>): void {
  try {
    const answer = call();
    if (isPromise(answer)) answer.then(undefined, () => undefined);
  } catch {
    // What it was to mend lapses with its lease.
  }
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
  throw new TypeError(`guardedStore: ${name} must be a number above 0; got ${String(value)}`);
}
