// Transactions an outcome into plain, bounded data for the page.

import type { EventOutcome, Outcome } from "../core/outcome.js";
import { OUTCOMES, type OutcomeName } from "../core/outcomes.js";
import { shown } from "../lib/options.js";
import type { CheckView, EndingView, ErrorView, EventView, Tone } from "./wire.js";

/** Of one delivery; a batch may hold thousands. */
const MAX_EVENTS = 50;
/** Of these events, what was thrown; the others have its name in their hint. */
const MAX_ERRORS = 5;
const MAX_TEXT_CHARACTERS = 2_000;
const MAX_HINT_CHARACTERS = 500;
const MAX_STACK_CHARACTERS = 2_000;
const MAX_CAUSES = 3;

/** Success, and nothing was done. */
const SKIPPED: ReadonlySet<OutcomeName> = new Set<OutcomeName>([
  "duplicate",
  "superseded",
  "discarded",
  "ignored",
  "empty",
]);

export function toneOf(name: OutcomeName, status: number, willRetry: boolean): Tone {
  if (willRetry || status >= 500) return "failed";
  if (status >= 400) return "refused";
  return SKIPPED.has(name) ? "skipped" : "good";
}

export function viewEnding(outcome: Outcome): EndingView {
  const { meaning, fix } = OUTCOMES[outcome.name];
  return {
    outcome: outcome.name,
    tone: toneOf(outcome.name, outcome.reply.status, outcome.retry),
    meaning,
    fix,
    hint: cut(outcome.hint),
    error: viewError(outcome.error),
    durationMs: outcome.durationMs ?? null,
    events: outcome.events.slice(0, MAX_EVENTS).map(viewEvent),
    moreEvents: Math.max(0, outcome.events.length - MAX_EVENTS),
  };
}

function viewEvent(event: EventOutcome, at: number): EventView {
  const { status, retry } = OUTCOMES[event.name];
  return {
    outcome: event.name,
    tone: toneOf(event.name, event.status ?? (typeof status === "number" ? status : 200), retry),
    id: cut(event.id),
    type: cut(event.type) ?? "",
    tenant: cut(event.tenant),
    attempt: event.attempt ?? null,
    notes: event.notes.slice(0, 10),
    hint: cut(event.hint, MAX_HINT_CHARACTERS),
    error: at < MAX_ERRORS ? viewError(event.error) : null,
  };
}

export function viewTrace(outcome: Outcome): CheckView[] {
  return outcome.trace.map(({ check, result, hint, atMs }) => ({
    check,
    result,
    hint: cut(hint),
    atMs: atMs ?? null,
  }));
}

/** What was thrown, with its causes. Handlers throw whatever they like: reading it must not throw as well. */
export function viewError(error: unknown, depth = 0): ErrorView | null {
  if (error === undefined || error === null || depth >= MAX_CAUSES) return null;
  try {
    if (!(error instanceof Error)) return { title: cut(`thrown: ${shown(error)}`) ?? "", stack: null, cause: null };
    return {
      title: cut(`${error.name}: ${error.message}`) ?? "",
      stack: typeof error.stack === "string" ? cut(error.stack, MAX_STACK_CHARACTERS) : null,
      cause: viewError(error.cause, depth + 1),
    };
  } catch {
    return { title: "something that cannot be shown was thrown", stack: null, cause: null };
  }
}

export function cut(text: string | undefined | null, most: number = MAX_TEXT_CHARACTERS): string | null {
  if (text === undefined || text === null) return null;
  // A slice of a long text would keep all of it in memory.
  return text.length <= most ? text : Buffer.from(`${text.slice(0, most)}…`).toString();
}
