// Handles answers of Redis that arrive after their time limit.
import { cancelDeadline, setDeadline } from "../../lib/deadline.js";

/** Shorter than the second after which the receiver stops waiting, so that an answer that nobody waits for is known as such. */
const GIVE_UP_MS = 900;

export interface Late<T> {
  /** Called when the time limit passes and the caller has got an error. */
  readonly onLate: () => void;
  /** Called with an answer that arrives later; `undefined` where it is an error. */
  readonly onLateAnswer: (answer: T | undefined) => void;
}

/**
 * Resolves with `read(answer)`, or rejects after the time limit. It creates one promise instead of a chain, since each
 * promise costs about as much as the operation's own work.
 */
export function unlessLate<Raw, T>(
  op: string,
  answer: Promise<Raw>,
  read: (raw: Raw) => T,
  late?: Late<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let isAnswered = false;
    let isLate = false;
    const giveUp = (): void => {
      if (isAnswered) return;
      isLate = true;
      late?.onLate();
      reject(new Error(`redisStore: ${op} was not answered within ${GIVE_UP_MS} ms`));
    };
    // After the event loop was blocked, timers fire before sockets are read. The answer may have arrived already.
    const deadline = setDeadline(GIVE_UP_MS, () => setImmediate(giveUp));
    const failed = (error: unknown): void => {
      isAnswered = true;
      cancelDeadline(deadline);
      if (isLate) late?.onLateAnswer(undefined);
      else reject(error);
    };
    answer.then((raw) => {
      let value: T;
      try {
        value = read(raw);
      } catch (error) {
        failed(error);
        return;
      }
      isAnswered = true;
      cancelDeadline(deadline);
      if (isLate) late?.onLateAnswer(value);
      else resolve(value);
    }, failed);
  });
}
