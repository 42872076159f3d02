// Puts events into an inbox: validated, written, and only then accepted.
import { WebhookError } from "../../core/errors.js";
import type { ReceivedEvent } from "../../core/event.js";
import type { EventOutcome, Note } from "../../core/outcome.js";
import type { ClaimSubject } from "../../dedupe/claim-subject.js";
import type { KeyOf } from "../../dedupe/key.js";
import { toEntry } from "../../inbox/entry.js";
import { type Inbox, type InboxEntry, InboxFullError } from "../../inbox/inbox.js";
import { putWithTimeout } from "../../inbox/put-with-timeout.js";
import { eventOutcome } from "./event-outcomes.js";
import type { Handlers } from "./handler-registry.js";
import { giveWay } from "./process-delivery.js";
import { needsValidation, type ValidationSettings, validateEvent } from "./validate-event.js";

export interface IntakeSettings extends ValidationSettings {
  readonly inbox: Inbox<unknown>;
  /** Whose entries these are. */
  readonly source: string;
  readonly handlers: Handlers;
  readonly keyOf: KeyOf | undefined;
  /** Entries with one of these run in turn; `undefined` where there is no `order`. */
  readonly orderKeyOf: ((event: ReceivedEvent) => unknown) | undefined;
}

/** An outcome for each event, in their order. Success is answered only for what is on the disk. */
export async function takeIn(
  settings: IntakeSettings,
  events: readonly ReceivedEvent[],
  subject: ClaimSubject,
): Promise<readonly EventOutcome[]> {
  const outcomes: (EventOutcome | undefined)[] = [];
  const entries: InboxEntry[] = [];
  const places: number[] = [];
  for (const [at, event] of events.entries()) {
    const prepared = await prepare(settings, event, subject);
    await giveWay(at);
    if ("name" in prepared) {
      outcomes[at] = prepared;
      continue;
    }
    places.push(at);
    entries.push(prepared);
  }
  const put = await putAll(
    settings,
    entries,
    places.map((at) => events[at] as ReceivedEvent),
  );
  for (const [index, at] of places.entries()) outcomes[at] = put[index];
  return outcomes as EventOutcome[];
}

/** An entry; or the event's end, where it goes no further. */
async function prepare(
  settings: IntakeSettings,
  event: ReceivedEvent,
  subject: ClaimSubject,
): Promise<InboxEntry | EventOutcome> {
  const { handlers, keyOf, source, onError } = settings;
  // Where no handler is registered at all, another process is the one that handles.
  if (!handlers.isEmpty && handlers.find(event.type) === undefined)
    return eventOutcome(event, "ignored", { hint: `no handler for ${JSON.stringify(event.type)}` });
  const notes: Note[] = [];
  const refused = needsValidation(settings, event) ? await validateEvent(settings, event, notes) : undefined;
  if (refused !== undefined) return refused;
  try {
    const key = subject.keyOf(keyOf, event);
    return toEntry(event, { source, key, orderKey: orderKey(settings, event) });
  } catch (cause) {
    const error = new WebhookError("misconfigured", messageOf(cause), { cause });
    onError(error);
    return eventOutcome(event, "misconfigured", { error, hint: error.message });
  }
}

function orderKey({ orderKeyOf }: IntakeSettings, event: ReceivedEvent): string | undefined {
  const key = orderKeyOf?.(event);
  if (key === undefined || (typeof key === "string" && key !== "")) return key;
  throw new TypeError(`order.key must return a text or undefined; it did not for ${event.type}`);
}

async function putAll(
  settings: IntakeSettings,
  entries: readonly InboxEntry[],
  events: readonly ReceivedEvent[],
): Promise<readonly EventOutcome[]> {
  if (entries.length === 0) return [];
  try {
    const answers = await putWithTimeout(settings.inbox, entries);
    return events.map((event, at) => eventOutcome(event, answers[at] === "known" ? "duplicate" : "accepted", {}));
  } catch (cause) {
    if (cause instanceof InboxFullError) {
      return events.map((event) => eventOutcome(event, "overloaded", { hint: cause.message, error: cause }));
    }
    const error = new WebhookError("store_unavailable", `the inbox could not keep the event: ${messageOf(cause)}`, {
      cause,
    });
    settings.onError(error);
    return events.map((event) =>
      eventOutcome(event, "store_unavailable", {
        error,
        hint: error.message,
        retryAfterSeconds: 5 + Math.floor(Math.random() * 10),
      }),
    );
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
