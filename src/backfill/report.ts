// The report of a backfill, as data and as one line.
import type { EventOutcome } from "../core/outcome.js";
import type { OutcomeName } from "../core/outcomes.js";

/** Counts of listed events by result. */
export interface BackfillCounts {
  readonly pages: number;
  readonly listed: number;
  /** Their handler ran in this run. */
  readonly processed: number;
  /** Written to the receiver's inbox in this run. */
  readonly accepted: number;
  /** Handled before: by webhook, or in an earlier run. */
  readonly duplicates: number;
  /** Events without a handler for their type. */
  readonly ignored: number;
  /** Discarded by a handler, or older than a handled event of the same entity. */
  readonly discarded: number;
  /** Skipped: malformed, or failed after the maximum of attempts. Each was reported to `onError`. */
  readonly skipped: number;
}

/** The progress of a run, after each page. */
export interface BackfillProgress extends BackfillCounts {
  readonly source: string;
  /** Time of the last listed event, if the source states it. */
  readonly at: Date | undefined;
}

/** How a run of `backfill` ended, with its counts. */
export interface BackfillReport extends BackfillCounts {
  readonly source: string;
  /**
   * `done`: everything up to the start of the run. `waiting`: another instance is running it. `stopped`: a failure;
   * the cursor is at the last complete page. `ended`: by `stop`, or the lease was lost.
   */
  readonly state: "done" | "waiting" | "stopped" | "ended";
  /** Why it is not done. */
  readonly reason: string | undefined;
  readonly error: unknown;
  /** Seconds after which a retry makes sense. */
  readonly retryAfterSeconds: number | undefined;
  /** Where the next run continues; `undefined`: from its `since`. */
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

/** One line with the counts and the reason of the end. */
export function describeBackfill(report: BackfillReport | BackfillProgress): string {
  const parts = (["processed", "accepted", "duplicates", "ignored", "discarded", "skipped"] as const)
    .filter((name) => report[name] > 0)
    .map((name) => `${report[name]} ${name}`);
  const counted = `${report.source}: ${report.listed} listed${parts.length === 0 ? "" : ` (${parts.join(", ")})`}`;
  if (!("state" in report)) return report.at === undefined ? counted : `${counted}, at ${report.at.toISOString()}`;
  if (report.state === "done") return `${counted}, done`;
  const wait = report.retryAfterSeconds === undefined ? "" : `; retry in ${report.retryAfterSeconds} s`;
  return `${counted}, ${report.state}: ${report.reason ?? "unknown reason"}${wait}`;
}
