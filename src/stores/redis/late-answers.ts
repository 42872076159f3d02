// Handles answers of Redis that come after their deadline.
import { cancelDeadline, setDeadline } from "../../lib/deadline.js";

/** Less than the second after which the receiver stops waiting: so that it is known here that nobody does. */
const GIVE_UP_MS = 900;

export interface Late<T> {
  /** The time is up, and the caller told so. */
  readonly onLate: () => void;
  /** The answer came after that; `undefined` where it was an error. */
  readonly onLateAnswer: (answer: T | undefined) => void;
}

/**
 * What `read` makes of the answer, or an error where it takes too long. One promise for what would be a chain of them:
 * each costs about as much as an op's own work.
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
    // After a long block of the event loop timers come first, though the answer may lie in the socket: let it be read.
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
