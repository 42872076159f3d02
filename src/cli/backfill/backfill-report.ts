// What is said of a run: what was found, what became of it, and what to do where it did not end well.

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

/** For scripts, and for the text. */
export interface Told {
  readonly ok: boolean;
  readonly source: string;
  readonly state: BackfillReport["state"];
  /** Where it went on from the cursor that an earlier run kept. */
  readonly isFromCursor: boolean;
  /** Where it began, if not at a cursor. */
  readonly since: string | undefined;
  readonly found: number;
  readonly handled: number;
  readonly accepted: number;
  readonly duplicates: number;
  readonly ignored: number;
  readonly discarded: number;
  /** Tried, and to come again; or given up. */
  readonly failed: number;
  /** Listed, and not got to. */
  readonly left: number;
  readonly pages: number;
  readonly durationMs: number;
  readonly reason: string | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly fix: string | undefined;
}

/** What the report does not hold. */
export interface RunFacts {
  readonly begin: BackfillFrom | undefined;
  /** `--since` */
  readonly fromMs: number | undefined;
  /** Pages after which the cursor was kept. */
  readonly pagesKept: number;
  readonly isModuleAtFault: boolean;
}

export async function toldOf(report: BackfillReport, facts: RunFacts): Promise<Told> {
  const { begin } = facts;
  const { Blocked } = await import("../../backfill/take-page.js");
  const { processed, accepted, duplicates, ignored, discarded, skipped, listed, state } = report;
  const open = listed - processed - accepted - duplicates - ignored - discarded - skipped;
  // Where an event is in the way the others of its page have all been tried.
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

/** What to do about an event that is in the way. */
const BLOCKED: Readonly<Partial<Record<OutcomeName, string>>> & { readonly handler_failed: string } = {
  handler_failed: 'See why its handler fails; onFailure: "skip" passes over such events.',
  handler_running: "Its handler takes longer than it may (handlerTimeoutSeconds).",
  invalid_event:
    'Its payload is not what the schema says: see which of them is right; onFailure: "skip" passes over it.',
  in_flight:
    "It is being handled right now; or it was when a process was killed, and then its lease ends within a minute.",
  store_unavailable: "See that the store can be reached.",
};

function fixOf(
  { state, error, retryAfterSeconds }: BackfillReport,
  blockedBy: EventOutcome | undefined,
  { pagesKept, fromMs, isModuleAtFault }: RunFacts,
): string | undefined {
  if (state === "done") return undefined;
  const goesOn =
    fromMs !== undefined && pagesKept === 0
      ? "Then run it again with the same --since: no page was finished, so the cursor is where it was."
      : `Then run it again${fromMs === undefined ? "" : " without --since"}: it goes on from the cursor.`;
  if (state === "waiting") {
    const lease =
      retryAfterSeconds === undefined
        ? ""
        : `; if that was killed, its lease ends within ${durationText(Math.ceil(retryAfterSeconds))}`;
    return `Let the other process do it, or end it${lease}.`;
  }
  if (state === "ended" && isModuleAtFault) return `Mend the module. ${goesOn}`;
  if (state === "ended") return goesOn.replace(/^Then run/, "Run");
  const first =
    error instanceof SenderApiError
      ? `${fixFor(error, "module")} `
      : blockedBy === undefined
        ? ""
        : `${BLOCKED[blockedBy.name] ?? BLOCKED.handler_failed} `;
  return first === "" ? goesOn.replace(/^Then run/, "Run") : `${first}${goesOn}`;
}

/** A first run begins somewhere that nobody has asked for, and may find less than was thought. */
function sinceText({ since }: Told, isAsked: boolean): string | undefined {
  if (since === undefined || isAsked) return since;
  return `${since}: there was no cursor yet; --since looks back further`;
}

export function tell(told: Told, isAsked: boolean, { io, paint }: Context): void {
  const count = (name: string, value: number, note: string): Line =>
    value === 0 ? [name, undefined] : [name, note === "" ? String(value) : `${value}, ${note}`];
  const lines: Line[] = [
    ["Source", plain(told.source)],
    ["Since", told.isFromCursor ? "the cursor" : sinceText(told, isAsked)],
    ["Found", String(told.found)],
    ["Handled", String(told.handled)],
    count("Accepted", told.accepted, "into the inbox"),
    ["Duplicates", String(told.duplicates)],
    count("Ignored", told.ignored, "no handler takes their type"),
    count("Discarded", told.discarded, ""),
    ["Failed", told.failed === 0 ? "0" : paint("red", String(told.failed))],
    count("Left", told.left, "found, and not got to"),
  ];
  if (told.state === "done" || told.found > 0) io.out(paragraphs(lines, paint));
  if (told.state === "done") {
    io.out(told.ok ? "done\n" : "done; what was given up was told to onError, and does not come again by itself\n");
    return;
  }
  io.err(`${paint("red", "hookgate:")} ${plain(told.reason ?? told.state)}\n`);
  if (told.fix !== undefined) io.err(`${paint("bold", "Fix:")} ${wrap(plain(told.fix), "  ")}\n`);
}
