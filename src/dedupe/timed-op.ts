// How long did the store take, and did it answer? Told to who listens; asked only where somebody does.
import { type StoreMessage, storeOps } from "../diagnostics-work.js";
import { isPromise, type MaybePromise } from "../internal/maybe-promise.js";

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
