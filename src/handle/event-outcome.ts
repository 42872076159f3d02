// How is the end of one event written down, and how does a handler's own reply get into a store and back?
import type { ReceivedEvent } from "../event.js";
import type { EventOutcome, Note, OutcomeName, Reply } from "../outcome.js";
import type { MalformedItem } from "../passage.js";

/** A reply larger than this is not kept: a duplicate then hears plain success. */
const MAX_KEPT_REPLY_BYTES = 16_384;

const NO_NOTES: readonly Note[] = Object.freeze([]);

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

/** One for every item, in the order they came. What is malformed is told of and decides nothing: no retry would mend it. */
export function withMalformed(
  events: readonly EventOutcome[],
  malformed: readonly MalformedItem[],
): readonly EventOutcome[] {
  const all = [...events];
  for (const { at, hint } of malformed) {
    all.splice(at, 0, eventOutcome({ id: undefined, type: "", tenant: undefined }, "unidentified", { hint }));
  }
  return all;
}
