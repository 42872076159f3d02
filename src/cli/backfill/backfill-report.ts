// Writes the report of a backfill run: what was found, the result of each event, and the fix after a failure.

import type { BackfillReport } from "../../backfill/report.js";
import type { BackfillFrom } from "../../backfill/sources/source.js";
import type { EventOutcome } from "../../core/outcome.js";
import type { OutcomeName } from "../../core/outcomes.js";
import { SenderApiError } from "../../lib/sender-api/error.js";
import { fixFor } from "../lib/api-fix.js";
import type { Context } from "../lib/command.js";
import { durationText } from "../lib/duration.js";
import { plain } from "../lib/io.js";
import { type Line, paragraphs, wrap } from "../lib/paint.js";
import { shown } from "../lib/since.js";

/** The values of the JSON output and of the text. */
export interface RunSummary {
  readonly ok: boolean;
  readonly source: string;
  readonly state: BackfillReport["state"];
  /** Whether the run continued from the cursor of an earlier run. */
  readonly isFromCursor: boolean;
  /** Start of the run when there was no cursor. */
  readonly since: string | undefined;
  readonly found: number;
  readonly handled: number;
  readonly accepted: number;
  readonly duplicates: number;
  readonly ignored: number;
  readonly discarded: number;
  /** Events that failed: those that a later run retries, and those that were skipped. */
  readonly failed: number;
  /** Events that were listed but not reached. */
  readonly left: number;
  readonly pages: number;
  readonly durationMs: number;
  readonly reason: string | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly fix: string | undefined;
}

/** Facts of the run that the report does not contain. */
export interface RunFacts {
  readonly begin: BackfillFrom | undefined;
  /** `--since` */
  readonly fromMs: number | undefined;
  /** Number of pages after which the cursor was saved. */
  readonly pagesSaved: number;
  readonly isModuleAtFault: boolean;
}

export async function summarise(report: BackfillReport, facts: RunFacts): Promise<RunSummary> {
  const { begin } = facts;
  const { Blocked } = await import("../../backfill/take-page.js");
  const { processed, accepted, duplicates, ignored, discarded, skipped, listed, state } = report;
  const open = listed - processed - accepted - duplicates - ignored - discarded - skipped;
  // When an event blocks the run, the other events of its page have all been tried.
  const blockedBy = state === "stopped" && report.error instanceof Blocked ? report.error.outcome : undefined;
  const isBlocked = blockedBy !== undefined;
  const failed = skipped + (isBlocked ? open : 0);
  return {
    ok: state === "done" && failed === 0,
    source: report.source,
    state,
    isFromCursor: begin?.cursor !== undefined,
    since: begin === undefined || begin.cursor !== undefined ? undefined : shown(begin.since.getTime()),
    found: listed,
    handled: processed,
    accepted,
    duplicates,
    ignored,
    discarded,
    failed,
    left: isBlocked ? 0 : open,
    pages: report.pages,
    durationMs: Math.round(report.durationMs),
    reason: report.reason,
    retryAfterSeconds: report.retryAfterSeconds,
    fix: fixOf(report, blockedBy, facts),
  };
}

/** The fix for an event that blocks the run. */
const BLOCKED_FIXES: Readonly<Partial<Record<OutcomeName, string>>> & { readonly handler_failed: string } = {
  handler_failed: 'Find out why its handler fails. onFailure: "skip" skips such events.',
  handler_running: "Its handler runs longer than handlerTimeoutSeconds.",
  invalid_event: 'Its payload does not match the schema: correct one of them. onFailure: "skip" skips such events.',
  in_flight:
    "Another process is handling it now, or was killed while handling it. In that case the lease expires within a minute.",
  store_unavailable: "Check that the store can be reached.",
};

function fixOf(
  { state, error, retryAfterSeconds }: BackfillReport,
  blockedBy: EventOutcome | undefined,
  { pagesSaved, fromMs, isModuleAtFault }: RunFacts,
): string | undefined {
  if (state === "done") return undefined;
  const next =
    fromMs !== undefined && pagesSaved === 0
      ? "Then run it again with the same --since: no page was finished, so the cursor has not moved."
      : `Then run it again${fromMs === undefined ? "" : " without --since"}: it continues from the cursor.`;
  if (state === "waiting") {
    const lease =
      retryAfterSeconds === undefined
        ? ""
        : `; if that process was killed, its lease expires within ${durationText(Math.ceil(retryAfterSeconds))}`;
    return `Let the other process finish, or stop it${lease}.`;
  }
  if (state === "ended" && isModuleAtFault) return `Fix the module. ${next}`;
  if (state === "ended") return next.replace(/^Then run/, "Run");
  const first =
    error instanceof SenderApiError
      ? `${fixFor(error, "module")} `
      : blockedBy === undefined
        ? ""
        : `${BLOCKED_FIXES[blockedBy.name] ?? BLOCKED_FIXES.handler_failed} `;
  return first === "" ? next.replace(/^Then run/, "Run") : `${first}${next}`;
}

/** A first run without --since starts at a default, which may be later than the user expects. */
function sinceText({ since }: RunSummary, isAsked: boolean): string | undefined {
  if (since === undefined || isAsked) return since;
  return `${since}: there is no cursor yet; --since goes back further`;
}

export function printSummary(summary: RunSummary, isAsked: boolean, { io, paint }: Context): void {
  const count = (name: string, value: number, note: string): Line =>
    value === 0 ? [name, undefined] : [name, note === "" ? String(value) : `${value}, ${note}`];
  const lines: Line[] = [
    ["Source", plain(summary.source)],
    ["Since", summary.isFromCursor ? "the cursor" : sinceText(summary, isAsked)],
    ["Found", String(summary.found)],
    ["Handled", String(summary.handled)],
    count("Accepted", summary.accepted, "into the inbox"),
    ["Duplicates", String(summary.duplicates)],
    count("Ignored", summary.ignored, "no handler for their type"),
    count("Discarded", summary.discarded, ""),
    ["Failed", summary.failed === 0 ? "0" : paint("red", String(summary.failed))],
    count("Left", summary.left, "found but not reached"),
  ];
  if (summary.state === "done" || summary.found > 0) io.out(paragraphs(lines, paint));
  if (summary.state === "done") {
    io.out(summary.ok ? "done\n" : "done; skipped events were reported to onError and are not retried\n");
    return;
  }
  io.err(`${paint("red", "hookgate:")} ${plain(summary.reason ?? summary.state)}\n`);
  if (summary.fix !== undefined) io.err(`${paint("bold", "Fix:")} ${wrap(plain(summary.fix), "  ")}\n`);
}
