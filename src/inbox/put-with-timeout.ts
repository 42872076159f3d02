// Puts entries within a time limit. An entry that is stored later is known to the next delivery.
import { cancelDeadline, setDeadline } from "../lib/deadline.js";
import type { Inbox, InboxEntry, PutAnswer } from "./inbox.js";

/** The same as for an operation of a dedupe store: the sender gets 503 within 1.5 s, and the rest is for the network. */
const TIMEOUT_MS = 1_000;

/** @throws The inbox's own error; an Error when it does not answer in time, or answers for another number of entries. */
export function putWithTimeout(inbox: Inbox<unknown>, entries: readonly InboxEntry[]): Promise<readonly PutAnswer[]> {
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
