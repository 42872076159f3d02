// Calls a store with a time limit, one retry and a circuit breaker, and publishes each call on `hookgate:store`.
import { type StoreMessage, storeOps } from "../core/diagnostics.js";
import { within } from "../lib/deadline.js";
import { isPromise, type MaybePromise } from "../lib/maybe-promise.js";
import { unref } from "../lib/timer.js";
import { StoreFullError } from "../stores/store.js";
import type { Breaker } from "./circuit-breaker.js";
import { failureOf, StoreUnavailableError } from "./errors.js";

/** The longest pause before the retry: enough for a driver to reconnect, and random so that processes do not retry together. */
const RETRY_PAUSE_MS = 50;

export interface StoreCallSettings {
  /** The store's name, for messages. */
  readonly name: string;
  /** The time limit of one operation, its retry included. */
  readonly timeoutMs: number;
  readonly breaker: Breaker;
  /** A monotonic clock, milliseconds. */
  readonly nowMs: () => number;
  /** 0 to 1, for the pause before the retry. */
  readonly random: () => number;
  /** Called after each well-formed answer. */
  readonly onAnswer: () => void;
}

export interface CallHooks<T> {
  /** Called with an answer that arrives after the time limit. */
  readonly takeLate?: (answer: T) => void;
  /** Called when the operation failed, though the store may have executed it. */
  readonly onFailure?: () => void;
}

type IsAnswer = (answer: unknown) => boolean;
type Op = StoreMessage["op"];

const NO_HOOKS: CallHooks<unknown> = /* @__PURE__ */ Object.freeze({});

export class StoreCalls {
  readonly #settings: StoreCallSettings;

  constructor(settings: StoreCallSettings) {
    this.#settings = settings;
  }

  /** @throws {StoreUnavailableError} While the breaker is open. */
  refuseWhileOpen(): void {
    const { name, breaker } = this.#settings;
    if (breaker.admits()) return;
    throw new StoreUnavailableError(`${name}: not called, after several failures in a row`, "breaker_open");
  }

  /**
   * Calls the store. A synchronous answer stays synchronous: no promise and no timer is created.
   *
   * @throws {StoreUnavailableError} Synchronously, or as a rejection where the store answers with a promise.
   */
  ask<T>(op: Op, isAnswer: IsAnswer, call: () => MaybePromise<T>, hooks: CallHooks<T> = NO_HOOKS): MaybePromise<T> {
    if (!storeOps.hasSubscribers) return this.#ask(op, isAnswer, call, hooks);
    return publishedCall(this.#settings.name, op, () => this.#ask(op, isAnswer, call, hooks));
  }

  /** The same without a retry, for an operation that is not safe to repeat. */
  async askOnce<T>(op: Op, isAnswer: IsAnswer, call: () => Promise<T>, onFailure: () => void): Promise<T> {
    if (!storeOps.hasSubscribers) return this.#askOnce(op, isAnswer, call, onFailure);
    return publishedCall(this.#settings.name, op, () => this.#askOnce(op, isAnswer, call, onFailure));
  }

  #ask<T>(op: Op, isAnswer: IsAnswer, call: () => MaybePromise<T>, hooks: CallHooks<T>): MaybePromise<T> {
    const { takeLate, onFailure } = hooks;
    let answer: MaybePromise<T>;
    try {
      answer = call();
    } catch (error) {
      throw this.#failed(op, error, onFailure);
    }
    if (!isPromise(answer)) return this.#accepted(op, isAnswer, answer);
    return this.#withRetry(op, call, answer, takeLate).then(
      (value) => this.#accepted(op, isAnswer, value, onFailure),
      (error: unknown) => {
        throw this.#failed(op, error, onFailure);
      },
    );
  }

  async #askOnce<T>(op: Op, isAnswer: IsAnswer, call: () => Promise<T>, onFailure: () => void): Promise<T> {
    let answer: T;
    try {
      answer = await within(call(), this.#settings.timeoutMs, () => this.#tooSlow(op));
    } catch (error) {
      onFailure();
      throw this.#failed(op, error);
    }
    return this.#accepted(op, isAnswer, answer, onFailure);
  }

  async #withRetry<T>(
    op: Op,
    call: () => MaybePromise<T>,
    first: PromiseLike<T>,
    takeLate: ((answer: T) => void) | undefined,
  ): Promise<T> {
    const { timeoutMs, nowMs, random } = this.#settings;
    const startMs = nowMs();
    const tooSlow = () => this.#tooSlow(op);
    try {
      return await within(first, timeoutMs, tooSlow, takeLate);
    } catch (error) {
      if (error instanceof StoreUnavailableError || error instanceof StoreFullError) throw error;
      if (nowMs() - startMs > timeoutMs / 2) throw error;
      await pause(Math.min(RETRY_PAUSE_MS, timeoutMs / 4) * random());
      const second = call();
      return isPromise(second) ? await within(second, timeoutMs - (nowMs() - startMs), tooSlow, takeLate) : second;
    }
  }

  #tooSlow(op: Op): Error {
    const { name, timeoutMs } = this.#settings;
    return new StoreUnavailableError(`${name}: ${op} did not answer within ${timeoutMs} ms`, "timeout");
  }

  #accepted<T>(op: Op, isAnswer: IsAnswer, answer: T, onFailure?: () => void): T {
    const { name, breaker, onAnswer } = this.#settings;
    if (isAnswer(answer)) {
      breaker.succeeded();
      onAnswer();
      return answer;
    }
    breaker.failed();
    onFailure?.();
    throw new StoreUnavailableError(`${name}: ${op} returned a malformed answer`, "malformed");
  }

  #failed(op: Op, error: unknown, onFailure?: () => void): unknown {
    const { name, breaker } = this.#settings;
    if (error instanceof StoreFullError) {
      breaker.succeeded();
      return error;
    }
    breaker.failed();
    onFailure?.();
    if (error instanceof StoreUnavailableError) return error;
    return new StoreUnavailableError(`${name}: ${op} failed`, "failed", { cause: error });
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    unref(setTimeout(resolve, ms));
  });
}

/** Publishes how long the call took and how it failed. Returns its answer, or throws its error. */
function publishedCall<T>(store: string, op: Op, call: () => MaybePromise<T>): MaybePromise<T> {
  const startMs = performance.now();
  const publish = (failure: StoreMessage["failure"]): void => {
    const message: StoreMessage = { store, op, durationMs: performance.now() - startMs, failure };
    storeOps.publish(message);
  };
  const fail = (error: unknown): never => {
    publish(failureOf(error));
    throw error;
  };
  let answer: MaybePromise<T>;
  try {
    answer = call();
  } catch (error) {
    return fail(error);
  }
  if (!isPromise(answer)) {
    publish(undefined);
    return answer;
  }
  return answer.then((value) => {
    publish(undefined);
    return value;
  }, fail);
}
