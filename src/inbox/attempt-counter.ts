// Counts attempts beside an entry, for engines that count starts only.
import type { InboxDecision } from "./inbox.js";

export interface AttemptCounter {
  readonly progress?: string;
  /** Starts that are not to be counted. */
  readonly uncounted?: number;
  /** Starts that ended in some way. */
  readonly ended?: number;
}

/** After a run that ended in a retry; `starts` counts this one. */
export function keptAfter(
  kept: AttemptCounter,
  starts: number,
  verdict: Extract<InboxDecision, { state: "retry" }>,
): AttemptCounter {
  const progress = verdict.progress ?? kept.progress;
  return {
    ...(progress === undefined ? {} : { progress }),
    uncounted: (kept.uncounted ?? 0) + (verdict.isCounted ? 0 : 1),
    ended: starts,
  };
}

/** What a run is told, and how many starts before it never ended. */
export function startOf(
  kept: AttemptCounter,
  starts: number,
): { readonly attempt: number; readonly unended: number; readonly progress: string | undefined } {
  return {
    attempt: starts - (kept.uncounted ?? 0),
    unended: starts - 1 - (kept.ended ?? 0),
    progress: kept.progress,
  };
}

export function poisonReason(unended: number): string {
  return `started ${unended} times, and its process ended each time before the handler did`;
}
