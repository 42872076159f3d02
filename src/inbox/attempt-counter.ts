// Counts attempts beside an entry, for engines that count starts only.
import type { InboxDecision } from "./inbox.js";

export interface AttemptCounter {
  readonly progress?: string;
  /** Starts that do not count as attempts. */
  readonly uncounted?: number;
  /** Starts whose run ended in some way. */
  readonly ended?: number;
}

/** The counter after a run that ended in a retry. `starts` includes that run. */
export function counterAfterRetry(
  counter: AttemptCounter,
  starts: number,
  decision: Extract<InboxDecision, { state: "retry" }>,
): AttemptCounter {
  const progress = decision.progress ?? counter.progress;
  return {
    ...(progress === undefined ? {} : { progress }),
    uncounted: (counter.uncounted ?? 0) + (decision.isCounted ? 0 : 1),
    ended: starts,
  };
}

/** The attempt that a start is, and how many earlier starts never ended. `starts` includes this one. */
export function startOf(
  counter: AttemptCounter,
  starts: number,
): { readonly attempt: number; readonly unended: number; readonly progress: string | undefined } {
  return {
    attempt: starts - (counter.uncounted ?? 0),
    unended: starts - 1 - (counter.ended ?? 0),
    progress: counter.progress,
  };
}

export function poisonReason(unended: number): string {
  return `started ${unended} times, and its process ended each time before the handler did`;
}
