// Validates an event before it is claimed: its schema, and `confirm`.
import { WebhookError } from "../../core/errors.js";
import type { ReceivedEvent } from "../../core/event.js";
import type { EventOutcome, Note } from "../../core/outcome.js";
import { describeIssues, type SchemaIssue, type Schemas } from "../../core/schema.js";
import { isPromise } from "../../lib/maybe-promise.js";
import type { Confirm } from "../../sender/sender.js";
import { eventOutcome } from "./event-outcomes.js";

export interface ValidationSettings {
  readonly schemas: Schemas | undefined;
  readonly onInvalid: "retry" | "reject" | "accept";
  readonly confirm: Confirm | undefined;
  readonly onError: (error: WebhookError) => void;
}

/** Most events need none, and then nothing is waited for. */
export function needsValidation(settings: ValidationSettings, event: ReceivedEvent): boolean {
  return settings.schemas !== undefined || !event.verified;
}

/** The event's end, where it goes no further. */
export async function validateEvent(
  settings: ValidationSettings,
  event: ReceivedEvent,
  notes: Note[],
): Promise<EventOutcome | undefined> {
  const { schemas } = settings;
  if (schemas !== undefined && Object.hasOwn(schemas, event.type)) {
    const invalid = await checkSchema(settings, event, schemas[event.type] as Schemas[string], notes);
    if (invalid !== undefined) return invalid;
  }
  return event.verified ? undefined : confirmEvent(settings, event);
}

async function checkSchema(
  settings: ValidationSettings,
  event: ReceivedEvent,
  schema: Schemas[string],
  notes: Note[],
): Promise<EventOutcome | undefined> {
  let issues: string | undefined;
  try {
    const validated = schema["~standard"].validate(event.payload);
    const answer: unknown = isPromise(validated) ? await validated : validated;
    if (isValid(answer)) event.payload = answer.value;
    else if (isInvalid(answer)) issues = describeIssues(answer.issues, event.payload);
    else return misconfigured(settings, event, "answered with neither a value nor issues, as a Standard Schema must");
  } catch (cause) {
    return misconfigured(settings, event, "threw instead of answering", cause);
  }
  if (issues === undefined) return undefined;
  const hint = `${event.type} does not match its schema: ${issues}`;
  if (settings.onInvalid === "accept") {
    // Answered as success, never handled: a handler is promised what its schema says.
    notes.push("schema_skipped");
    return eventOutcome(event, "ignored", { notes, hint });
  }
  return eventOutcome(event, "invalid_event", { hint, status: settings.onInvalid === "reject" ? 422 : undefined });
}

function isValid(answer: unknown): answer is { readonly value: unknown } {
  if (typeof answer !== "object" || answer === null || !("value" in answer)) return false;
  return (answer as { issues?: unknown }).issues === undefined;
}

function isInvalid(answer: unknown): answer is { readonly issues: readonly SchemaIssue[] } {
  return typeof answer === "object" && answer !== null && Array.isArray((answer as { issues?: unknown }).issues);
}

function misconfigured(
  settings: ValidationSettings,
  event: ReceivedEvent,
  what: string,
  cause?: unknown,
): EventOutcome {
  const error = new WebhookError("misconfigured", `the schema for ${event.type} ${what}`, { cause });
  settings.onError(error);
  return eventOutcome(event, "misconfigured", { error, hint: error.message });
}

/** The sender signs nothing, so the application's `confirm` looks the event up and verifies it. */
async function confirmEvent(settings: ValidationSettings, event: ReceivedEvent): Promise<EventOutcome | undefined> {
  const { confirm, onError } = settings;
  try {
    const answer = await confirm?.(event);
    if (answer === true) return undefined;
    if (typeof answer === "object" && answer !== null && "payload" in answer) {
      event.confirmAs(answer.payload);
      return undefined;
    }
    return eventOutcome(event, "unauthenticated", { hint: "confirm(event) did not confirm this unsigned event" });
  } catch (cause) {
    const error = new WebhookError(
      "undecided",
      "confirm(event) threw, so the event was neither accepted nor rejected",
      {
        cause,
      },
    );
    onError(error);
    return eventOutcome(event, "undecided", { error, hint: error.message });
  }
}
