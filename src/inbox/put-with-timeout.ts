// Puts entries within a time limit. What is written late, the next delivery finds as known.
import { cancelDeadline, setDeadline } from "../lib/deadline.js";
import type { Inbox, InboxEntry, PutAnswer } from "./inbox.js";

/** As a dedupe store's op: a sender that is to hear 503 within 1.5 s needs the rest for its own way. */
const TIMEOUT_MS = 1_000;

/** @throws What the inbox throws; an Error where it does not answer in time, or answers for other than what it was given. */
export function guardedPut(inbox: Inbox<unknown>, entries: readonly InboxEntry[]): Promise<readonly PutAnswer[]> {
  return new Promise((resolve, reject) => {
    const deadline = setDeadline(TIMEOUT_MS, () =>
      reject(new Error(`${inbox.name}: put did not answer within ${TIMEOUT_MS} ms`)),
    );
    Promise.resolve()
      .then(() => inbox.put(entries))
      .then(
        (answers) => {
          cancelDeadline(deadline);
          if (answers.length === entries.length) resolve(answers);
          else reject(new Error(`${inbox.name}: put answered for ${answers.length} of ${entries.length} entries`));
        },
        (error: unknown) => {
          cancelDeadline(deadline);
          reject(error);
        },
      );
  });
}
