// What if an answer does not come in time? Then nobody waits for it, and what comes late is still looked at.
import { cancelDeadline, setDeadline } from "../internal/deadlines.js";

/** The answer, or `late()`. What comes after that is given to `takeLate`, or dropped, as a rejection is. */
export function within<T>(
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
