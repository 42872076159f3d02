// Turns an event that was fetched into one that handlers know.
import { toDelivery } from "../../core/delivery.js";
import { ReceivedEvent } from "../../core/event.js";
import type { EventOutcome } from "../../core/outcome.js";
import { ClaimSubject } from "../../dedupe/claim-subject.js";

/** An event as a sender's API tells of it. */
export interface FetchedEvent {
  /** The id that its deliveries have; absent where it has none, and then nothing tells whether it was handled. */
  readonly id?: string | undefined;
  readonly type: string;
  /** What a delivery's parsed body would be, or this event's part of it. */
  readonly payload: unknown;
  /** When it happened. */
  readonly timestamp?: Date | undefined;
  readonly tenant?: string | undefined;
  /** Lower-case names, where the API tells them. No credentials. */
  readonly headers?: Readonly<Record<string, string>>;
}

const NO_NAMES: ReadonlySet<string> = /* @__PURE__ */ new Set();
/** As `identify` has it: ids and types longer than this are none. */
const MAX_TEXT_LENGTH = 512;

/**
 * What it is claimed by. Its bytes are not those of a delivery: where the key holds a digest of the body, that is the one
 * of the payload as compact JSON, which most senders write.
 */
export function subjectOfFetched(
  event: ReceivedEvent,
  isIdSwappable: boolean,
  changing: RegExp | undefined,
): ClaimSubject {
  return new ClaimSubject(Buffer.from(event.body), isIdSwappable, { changing });
}

/** @throws {TypeError} Where it has no usable type or id, or a payload that JSON cannot carry. */
export function toReceivedEvent(fetched: FetchedEvent, sender: string, receivedAtMs: number): ReceivedEvent {
  const { id, type, payload, timestamp, tenant, headers = {} } = fetched;
  if (!isName(type))
    throw new TypeError(`a fetched event must have a type, a text of 1 to ${MAX_TEXT_LENGTH} characters`);
  if (id !== undefined && !isName(id)) {
    throw new TypeError(`the id of a fetched ${type} must be a text of 1 to ${MAX_TEXT_LENGTH} characters`);
  }
  let text: string | undefined;
  try {
    text = JSON.stringify(payload);
  } catch {
    text = undefined;
  }
  if (text === undefined && payload !== undefined) {
    throw new TypeError(`the payload of a fetched ${type} is nothing that JSON can carry`);
  }
  const origin = {
    delivery: toDelivery({ headers, body: text ?? "" }),
    sender,
    tenant,
    verified: true, // by the API, over TLS, with our token
    receivedAtMs,
    credentialHeaders: NO_NAMES,
  };
  return new ReceivedEvent(origin, { id, type, payload, timestamp, attempt: undefined, isPart: true });
}

/** Its bytes were never a delivery's, so that they differ says nothing. */
export function withoutBodyNote(outcome: EventOutcome): EventOutcome {
  if (!outcome.notes.includes("body_mismatch")) return outcome;
  return { ...outcome, notes: outcome.notes.filter((note) => note !== "body_mismatch") };
}

function isName(value: unknown): value is string {
  return typeof value === "string" && value.length <= MAX_TEXT_LENGTH && value.trim() !== "";
}
