// Reports a backfill, as data and as one line.
import type { EventOutcome } from "../core/outcome.js";
import type { OutcomeName } from "../core/outcomes.js";

/** What became of the events that were listed. */
export interface BackfillCounts {
  readonly pages: number;
  readonly listed: number;
  /** Their handler ran, now. */
  readonly processed: number;
  /** AttemptCounter in the receiver's inbox, now. */
  readonly accepted: number;
  /** They had come before: by webhook, or in an earlier run. */
  readonly duplicates: number;
  /** No handler takes their type. */
  readonly ignored: number;
  /** A handler discarded them, or a newer event of the same entity was here before. */
  readonly discarded: number;
  /** Given up: what they are cannot be handled, or not after so many attempts. Each was told to `onError`. */
  readonly skipped: number;
}

/** While a run goes on, after each page. */
export interface BackfillProgress extends BackfillCounts {
  readonly source: string;
  /** When the last event that was listed happened, where the source says. */
  readonly at: Date | undefined;
}

/** How a run of `backfill` ended, with its counts. */
export interface BackfillReport extends BackfillCounts {
  readonly source: string;
  /**
   * `done`: everything up to the start of the run. `waiting`: another instance is at it. `stopped`: something is in the
   * way, and the cursor is where it was after the last whole page. `ended`: by `stop`, or the lease was lost.
   */
  readonly state: "done" | "waiting" | "stopped" | "ended";
  /** Why it is not done, in words. */
  readonly reason: string | undefined;
  readonly error: unknown;
  /** When it makes sense to try again. */
  readonly retryAfterSeconds: number | undefined;
  /** What the next run goes on from; `undefined`: from its `since`. */
  readonly cursor: string | undefined;
  readonly durationMs: number;
}

const COUNTED: Readonly<Partial<Record<OutcomeName, keyof BackfillCounts>>> = {
  processed: "processed",
  accepted: "accepted",
  duplicate: "duplicates",
  ignored: "ignored",
  discarded: "discarded",
  superseded: "discarded",
};

export type MutableCounts = { -readonly [Name in keyof BackfillCounts]: number };

export function noCounts(): MutableCounts {
  return { pages: 0, listed: 0, processed: 0, accepted: 0, duplicates: 0, ignored: 0, discarded: 0, skipped: 0 };
}

export function countIn(counts: MutableCounts, outcome: EventOutcome): void {
  const name = COUNTED[outcome.name];
  if (name !== undefined) counts[name]++;
}

/** One line for a person: what was listed, what became of it, and why it ended. */
export function describeBackfill(report: BackfillReport | BackfillProgress): string {
  const parts = (["processed", "accepted", "duplicates", "ignored", "discarded", "skipped"] as const)
    .filter((name) => report[name] > 0)
    .map((name) => `${report[name]} ${name}`);
  const told = `${report.source}: ${report.listed} listed${parts.length === 0 ? "" : ` (${parts.join(", ")})`}`;
  if (!("state" in report)) return report.at === undefined ? told : `${told}, at ${report.at.toISOString()}`;
  if (report.state === "done") return `${told}, done`;
  const wait = report.retryAfterSeconds === undefined ? "" : `; again in ${report.retryAfterSeconds} s`;
  return `${told}, ${report.state}: ${report.reason ?? "no reason known"}${wait}`;
}
