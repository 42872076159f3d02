// Builds the outcomes of events.

import { WebhookError } from "../../core/errors.js";
import type { ReceivedEvent } from "../../core/event.js";
import type { EventOutcome, Note } from "../../core/outcome.js";
import type { OutcomeName } from "../../core/outcomes.js";
import type { Reply } from "../../core/reply.js";
import type { ClaimResult } from "../../dedupe/claims.js";
import { StoreUnavailableError } from "../../dedupe/resilient-store.js";
import { StoreFullError } from "../../stores/store.js";
import type { MalformedItem } from "../checks/check.js";

/** The outcome of a duplicate, with a note where its body differs or is a replay. */
export function handledBefore(
  event: ReceivedEvent,
  done: Extract<ClaimResult, { readonly state: "done" }>,
  isStrict: boolean,
  notes: Note[],
): EventOutcome {
  if (done.isReplay) notes.push("replay_suspected");
  else if (!done.isSameBody) {
    notes.push("body_mismatch");
    if (isStrict) return otherBody(event, notes);
  }
  return eventOutcome(event, "duplicate", { notes, reply: parseReply(done.reply) });
}

/** Under `dedupe.strict`. */
export function otherBody(event: ReceivedEvent, notes: readonly Note[]): EventOutcome {
  const hint = "this id came before with another body, and dedupe.strict is on";
  return eventOutcome(event, "invalid_event", { status: 422, notes, hint });
}

export function closing(event: ReceivedEvent): EventOutcome {
  return eventOutcome(event, "closing", { hint: "receiver.close() was called", retryAfterSeconds: 5 });
}

/** `undefined`: the event is handled without the store, by choice. */
export function storeFailed(
  settings: { readonly onStoreFailure: "refuse" | "process"; readonly onError: (error: WebhookError) => void },
  event: ReceivedEvent,
  cause: unknown,
  notes: Note[],
): EventOutcome | undefined {
  if (cause instanceof StoreFullError) {
    return eventOutcome(event, "overloaded", { hint: cause.message, error: cause });
  }
  const error = new WebhookError("store_unavailable", "the dedupe store could not claim the event", { cause });
  settings.onError(error);
  if (settings.onStoreFailure === "process") {
    notes.push("dedupe_bypassed");
    return undefined;
  }
  const hint = cause instanceof StoreUnavailableError ? cause.message : error.message;
  return eventOutcome(event, "store_unavailable", {
    error,
    hint,
    retryAfterSeconds: 5 + Math.floor(Math.random() * 10),
  });
}

/** A reply larger than this is not kept: a duplicate then gets plain success. */
const MAX_KEPT_REPLY_BYTES = 16_384;

const NO_NOTES: readonly Note[] = /* @__PURE__ */ Object.freeze([]);

/** Written out: spreading defaults and details costs microseconds, and there is one of these for every event. */
export function eventOutcome(
  event: Pick<ReceivedEvent, "id" | "type" | "tenant">,
  name: OutcomeName,
  more?: Partial<Omit<EventOutcome, "name" | "id" | "type" | "tenant">>,
): EventOutcome {
  return {
    name,
    id: event.id,
    type: event.type,
    tenant: event.tenant,
    attempt: more?.attempt,
    notes: more?.notes ?? NO_NOTES,
    hint: more?.hint,
    error: more?.error,
    retryAfterSeconds: more?.retryAfterSeconds,
    status: more?.status,
    reply: more?.reply,
  };
}

export function serialiseReply(reply: Reply | undefined): string | undefined {
  if (reply === undefined) return undefined;
  const isText = typeof reply.body === "string";
  const text = JSON.stringify({
    status: reply.status,
    headers: reply.headers,
    [isText ? "text" : "base64"]: isText ? reply.body : Buffer.from(reply.body).toString("base64"),
  });
  return Buffer.byteLength(text) > MAX_KEPT_REPLY_BYTES ? undefined : text;
}

/** `undefined` where nothing was kept, or nothing that can be read: then plain success says what matters. */
export function parseReply(text: string | undefined): Reply | undefined {
  if (text === undefined) return undefined;
  try {
    const kept = JSON.parse(text) as {
      status: number;
      headers: Record<string, string>;
      text?: string;
      base64?: string;
    };
    const body = kept.text ?? Buffer.from(kept.base64 ?? "", "base64");
    return { status: kept.status, headers: kept.headers, body };
  } catch {
    return undefined;
  }
}

/** One for every item, in the order they came. A malformed item is reported and decides nothing: no retry would mend it. */
export function withMalformed(
  events: readonly EventOutcome[],
  malformed: readonly MalformedItem[],
): readonly EventOutcome[] {
  const all: EventOutcome[] = [];
  let next = 0;
  for (const { at, hint } of malformed) {
    while (all.length < at) all.push(events[next++] as EventOutcome);
    all.push(eventOutcome({ id: undefined, type: "", tenant: undefined }, "unidentified", { hint }));
  }
  return all.concat(events.slice(next));
}
