// Decides by a run's outcome whether an entry is done, dead or retried, and when.
import type { EventOutcome } from "../core/outcome.js";
import { OUTCOMES } from "../core/outcomes.js";
import { type InboxDecision, MAX_REASON_CHARACTERS } from "./inbox.js";

/** Full jitter: a random part of a ceiling that doubles. From 5 s to an hour, the 15th attempt begins 2.7 h after the first, on average. */
export interface Backoff {
  readonly baseSeconds: number;
  readonly capSeconds: number;
  /** Counted runs after which an entry is dead. */
  readonly maxAttempts: number;
}

export const DEFAULT_BACKOFF: Backoff = { baseSeconds: 5, capSeconds: 3_600, maxAttempts: 15 };

/** Longer than this a handler cannot put an entry off: it would outlive what anybody expects to be waiting. */
const MAX_WAIT_SECONDS = 30 * 86_400;

export interface Run {
  readonly outcome: EventOutcome;
  readonly attempt: number;
  /** What the handler's `context.once` has left. */
  readonly progress: string | undefined;
  /** The worker is stopping, and that is why the run ended. */
  readonly isStopping: boolean;
}

/** Outcomes that say nothing about the event itself: another run of it is under way, or something it needs is down. */
const NOT_ITS_FAULT: ReadonlySet<EventOutcome["name"]> = new Set([
  "in_flight",
  "store_unavailable",
  "overloaded",
  "closing",
  "undecided",
]);

export function decisionOf(run: Run, backoff: Backoff, random: () => number): InboxDecision {
  const { outcome, attempt, progress, isStopping } = run;
  if (!OUTCOMES[outcome.name].retry) return { state: "done" };
  const reason = reasonOf(outcome);
  if (outcome.status !== undefined) return { state: "dead", reason }; // `onInvalid: "reject"`
  if (isStopping) return { state: "retry", afterSeconds: 0, reason, progress, isCounted: false };
  const isCounted = !NOT_ITS_FAULT.has(outcome.name);
  if (isCounted && attempt >= backoff.maxAttempts) {
    return {
      state: "dead",
      reason: `failed ${attempt} times; the last time: ${reason}`.slice(0, MAX_REASON_CHARACTERS),
    };
  }
  return { state: "retry", afterSeconds: waitOf(outcome, attempt, backoff, random), reason, progress, isCounted };
}

/**
 * What the handler asked for is a floor: spread upwards a little, so that many that asked alike do not come at once. A
 * claim that stands in the way is a ceiling: most end long before their lease does, and asking again costs one claim. What
 * the other outcomes name is meant for a sender, to whom each attempt is a request.
 */
function waitOf(outcome: EventOutcome, attempt: number, backoff: Backoff, random: () => number): number {
  const { name, retryAfterSeconds: asked } = outcome;
  if (asked !== undefined && name === "retry_later") return Math.min(asked * (1 + random() / 10), MAX_WAIT_SECONDS);
  if (asked !== undefined && name === "in_flight") return Math.min(asked, backoff.baseSeconds) * (1 + random() / 10);
  const ceiling = Math.min(backoff.capSeconds, backoff.baseSeconds * 2 ** Math.min(attempt - 1, 30));
  return random() * ceiling;
}

function reasonOf(outcome: EventOutcome): string {
  const { error } = outcome;
  const cause = error instanceof Error ? error.cause : undefined;
  const thrown = cause instanceof Error ? `: ${cause.message}` : "";
  return `${outcome.name}${outcome.hint === undefined ? "" : `: ${outcome.hint}`}${thrown}`.slice(
    0,
    MAX_REASON_CHARACTERS,
  );
}
