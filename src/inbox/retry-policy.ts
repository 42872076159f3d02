// Decides by the outcome of a run whether an entry is done, dead or retried, and when.
import type { EventOutcome } from "../core/outcome.js";
import { OUTCOMES } from "../core/outcomes.js";
import { type InboxDecision, MAX_REASON_CHARACTERS } from "./inbox.js";

/** Full jitter: a random part of a limit that doubles, from 5 s to an hour. The 15th attempt starts 2.7 h after the first, on average. */
export interface Backoff {
  readonly baseSeconds: number;
  readonly capSeconds: number;
  /** The number of counted runs after which an entry is dead. */
  readonly maxAttempts: number;
}

export const DEFAULT_BACKOFF: Backoff = { baseSeconds: 5, capSeconds: 3_600, maxAttempts: 15 };

/** The longest pause that a handler can ask for. */
const MAX_WAIT_SECONDS = 30 * 86_400;

export interface Run {
  readonly outcome: EventOutcome;
  readonly attempt: number;
  /** The progress of the handler's `context.once`. */
  readonly progress: string | undefined;
  /** Whether the run ended because the worker is stopping. */
  readonly isStopping: boolean;
}

/** Outcomes that the event has not caused: another run of it is in progress, or a service is unavailable. */
const UNCOUNTED: ReadonlySet<EventOutcome["name"]> = new Set([
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
  const isCounted = !UNCOUNTED.has(outcome.name);
  if (isCounted && attempt >= backoff.maxAttempts) {
    return {
      state: "dead",
      reason: `failed ${attempt} times; the last time: ${reason}`.slice(0, MAX_REASON_CHARACTERS),
    };
  }
  return { state: "retry", afterSeconds: waitOf(outcome, attempt, backoff, random), reason, progress, isCounted };
}

/**
 * The pause that a handler asks for is a minimum, with a little jitter, so that entries with the same pause do not all run
 * together. The rest of another run's lease is a maximum: most runs end long before, and another claim costs little. The
 * `Retry-After` of other outcomes is meant for senders, for whom each attempt is a request, and is not used.
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
