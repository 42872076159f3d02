// Writes an outcome as one log line: level, fields, and a message with cause and fix.

import { WebhookError } from "../core/errors.js";
import type { EventOutcome, Outcome } from "../core/outcome.js";
import { OUTCOMES, type OutcomeName } from "../core/outcomes.js";
import { errorText } from "./log-error.js";
import type { Fields, Level } from "./log-output.js";

export interface OutcomeLine {
  readonly level: Level;
  readonly fields: Fields;
  readonly message: string;
}

/** Something of ours is broken. What else is not a success is a matter of the sender's, or passes by itself. */
const OURS: ReadonlySet<OutcomeName> = /* @__PURE__ */ new Set([
  "handler_failed",
  "invalid_event",
  "internal_error",
  "misconfigured",
  "store_unavailable",
  "undecided",
]);
/** A batch may hold thousands. */
const MAX_EVENTS = 10;

/** @param isKnownError - The error was written on a line of its own. */
export function outcomeLine(receiver: string, outcome: Outcome, isKnownError: boolean): OutcomeLine {
  const { name, reply, hint, error, events, via } = outcome;
  const { meaning, fix } = OUTCOMES[name];
  const [only] = events;
  const failed = failedCheck(outcome);
  const what = events.length === 1 && only?.type ? ` ${only.type}` : "";
  const head =
    via === "delivery"
      ? outcome.isLate
        ? `ended${what} after its sender was answered, ${name}`
        : `answered ${reply.status} ${name}${what}`
      : `ran${what} (${via}), ${name}`;
  const isGood = reply.status < 400 && name !== "ignored";
  const cause = isKnownError ? "" : causeOf(outcome);
  const parts = isGood && hint === undefined ? [head] : [`${head}: ${hint ?? meaning}${cause}`, isGood ? "" : fix];
  return {
    level: levelOf(outcome),
    fields: {
      receiver,
      sender: outcome.sender,
      ...(outcome.scope === undefined ? {} : { scope: outcome.scope }),
      outcome: name,
      status: reply.status,
      retry: outcome.retry,
      via,
      ...(outcome.isLate ? { isLate: true } : {}),
      ...(outcome.durationMs === undefined ? {} : { durationMs: Math.round(outcome.durationMs * 1000) / 1000 }),
      ...(failed === undefined ? {} : { check: failed }),
      ...(outcome.path === undefined ? {} : { method: outcome.method, path: outcome.path }),
      ...(outcome.clientAddress === undefined ? {} : { clientAddress: outcome.clientAddress }),
      ...(events.length === 0 ? {} : { events: events.slice(0, MAX_EVENTS).map(factsOf) }),
      ...(events.length > MAX_EVENTS ? { eventCount: events.length } : {}),
      ...(error === undefined || isKnownError ? {} : { err: error }),
    },
    message: sentences(parts),
  };
}

/** The line of a rejection, for loggers that get one line for each cause. */
export interface RejectionLine extends Omit<OutcomeLine, "level"> {
  /** Outcome and check: names from the code. */
  readonly group: string;
  /** Why the check rejected it. */
  readonly reason: string;
}

export function rejectionLine(receiver: string, outcome: Outcome): RejectionLine {
  const { name, reply, via, hint, error, path, clientAddress, events } = outcome;
  const { meaning, fix } = OUTCOMES[name];
  const check = failedCheck(outcome);
  const head = via === "delivery" ? `answered ${reply.status} ${name}` : `an event from ${via}: ${name}`;
  const cause = causeOf(outcome);
  const [only] = events;
  return {
    group: `${name} ${check ?? ""}`,
    reason: `${hint ?? ""}${cause}${only?.type ?? ""}`,
    fields: {
      receiver,
      outcome: name,
      status: reply.status,
      ...(check === undefined ? {} : { check }),
      ...(path === undefined ? {} : { path }),
      ...(clientAddress === undefined ? {} : { clientAddress }),
      ...(only === undefined ? {} : { type: only.type, id: only.id }),
      ...(error === undefined ? {} : { err: error }),
    },
    message: sentences([`${head}: ${hint ?? meaning}${cause}`, fix]),
  };
}

/** The check that did not pass; `undefined` when all passed. */
function failedCheck({ trace }: Outcome): string | undefined {
  return trace.findLast(({ result }) => result === "refused" || result === "undecided")?.check;
}

/** The error behind an outcome, such as why keys could not be loaded. */
function causeOf({ error, hint }: Outcome): string {
  if (error === undefined || error === null) return "";
  // A WebhookError wraps what was thrown, and its message is the hint.
  const text = errorText(error instanceof WebhookError && error.cause !== undefined ? error.cause : error);
  return hint?.includes(text) === true ? "" : `: ${text}`;
}

/** Texts one after another, each but the last ended by one full stop unless it ends a sentence by itself. */
export function sentences(texts: readonly string[]): string {
  const said = texts.filter((text) => text !== "");
  return said.map((text, at) => (at === said.length - 1 || /[.!?\u2026]$/.test(text) ? text : `${text}.`)).join(" ");
}

function levelOf({ name, reply, events, via, isLate }: Outcome): Level {
  if (OURS.has(name) || events.some((event) => OURS.has(event.name))) return "error";
  const isAnswered = via === "delivery" && !isLate;
  const isRefused = isAnswered ? reply.status >= 400 : OUTCOMES[name].retry;
  return isRefused || events.some(({ notes }) => notes.length > 0) ? "warn" : "info";
}

/** Ids and types, and nothing of a payload. */
function factsOf({ name, id, type, tenant, attempt, notes }: EventOutcome): object {
  return {
    type,
    outcome: name,
    ...(id === undefined ? {} : { id }),
    ...(tenant === undefined ? {} : { tenant }),
    ...(attempt === undefined ? {} : { attempt }),
    ...(notes.length === 0 ? {} : { notes }),
  };
}
