// Estimates the number of waiting entries: counted once a second, with later puts added.
import { InboxFullError } from "./inbox.js";

const COUNTED_FOR_MS = 1_000;

export interface Backlog {
  /** @throws {InboxFullError} When `count` more entries would exceed the limit. */
  admit(source: string, count: number): Promise<void>;
}

export function createBacklog(
  inbox: string,
  maxWaiting: number,
  countWaiting: (source: string) => Promise<number>,
): Backlog {
  const known = new Map<string, { readonly countedMs: number; waiting: number }>();
  return {
    async admit(source, count) {
      let now = known.get(source);
      if (now === undefined || performance.now() - now.countedMs > COUNTED_FOR_MS) {
        now = { countedMs: performance.now(), waiting: await countWaiting(source) };
        known.set(source, now);
      }
      if (now.waiting + count > maxWaiting) {
        throw new InboxFullError(
          `${inbox}: ${now.waiting} events of ${source} are waiting; maxWaiting is ${maxWaiting}`,
        );
      }
      now.waiting += count;
    },
  };
}
