// How long inboxes keep done and dead entries.
import type { InboxNeeds } from "./inbox.js";

export interface RetentionOptions {
  readonly retentionSeconds?: number;
  readonly deadRetentionSeconds?: number;
}

const DONE_SECONDS = 7 * 86_400;
const DEAD_SECONDS = 90 * 86_400;

export interface Retention {
  readonly doneSeconds: number;
  readonly deadSeconds: number;
  /** A receiver may need more than the defaults. Chosen retentions are not changed; the receiver logs a warning instead. */
  attach(needs: InboxNeeds): void;
}

/** @throws {TypeError} When a retention is not a number above 0. */
export function createRetention(inbox: string, options: RetentionOptions): Retention {
  const { retentionSeconds, deadRetentionSeconds } = options;
  for (const [name, value] of Object.entries({ retentionSeconds, deadRetentionSeconds })) {
    if (value !== undefined) positive(inbox, name, value);
  }
  let neededSeconds = 0;
  const seconds = (chosen: number | undefined, byDefault: number): number =>
    Math.ceil(chosen ?? Math.max(byDefault, neededSeconds));
  return {
    get doneSeconds() {
      return seconds(retentionSeconds, DONE_SECONDS);
    },
    get deadSeconds() {
      return seconds(deadRetentionSeconds, DEAD_SECONDS);
    },
    attach({ receiver, minRetentionSeconds, report }) {
      neededSeconds = Math.max(neededSeconds, minRetentionSeconds);
      const warn = (name: string, chosen: number | undefined): void => {
        if (chosen === undefined || chosen >= minRetentionSeconds) return;
        report(
          `${inbox}: ${name} (${chosen}) is shorter than the time in which ${receiver} may retry an event (${minRetentionSeconds}): a late retry will run its handler again`,
        );
      };
      warn("retentionSeconds", retentionSeconds);
      warn("deadRetentionSeconds", deadRetentionSeconds);
    },
  };
}

/** @throws {TypeError} When the value is not a number above 0. */
export function positive(inbox: string, name: string, value: number): number {
  if (typeof value === "number" && value > 0 && Number.isFinite(value)) return value;
  throw new TypeError(`${inbox}: ${name} must be a number above 0; got ${String(value)}`);
}
