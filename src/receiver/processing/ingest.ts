// Turns an event that was fetched into one that handlers know.
import { toDelivery } from "../../core/delivery.js";
import { ReceivedEvent } from "../../core/event.js";
import type { EventOutcome } from "../../core/outcome.js";
import { ClaimSubject, NOT_SWAPPABLE } from "../../dedupe/claim-subject.js";
import { asBuffer } from "../../lib/bytes.js";
import type { EventRow, SenderDefinition } from "../../sender/sender.js";
import { bindingOf, textOf } from "../checks/extract-events.js";

/** An event as a sender's API returns it. */
export interface FetchedEvent {
  /** The id that its deliveries have; absent where it has none, and then it cannot be known whether it was handled. */
  readonly id?: string | undefined;
  readonly type: string;
  /** What a delivery's parsed body would be, or this event's part of it. */
  readonly payload: unknown;
  /** When it happened. */
  readonly timestamp?: Date | undefined;
  readonly tenant?: string | undefined;
  /** Lower-case names, where the API returns them. No credentials. */
  readonly headers?: Readonly<Record<string, string>>;
}

const NO_NAMES: ReadonlySet<string> = /* @__PURE__ */ new Set();

/**
 * What it is claimed by. Its bytes are not those of a delivery: where the key holds a digest of the body, that is the one
 * of the payload as compact JSON, which most senders write.
 */
export function subjectOfFetched(
  event: ReceivedEvent,
  { event: rows, auth, retriesChange }: SenderDefinition,
  changing: RegExp | undefined,
): ClaimSubject {
  let row: EventRow | undefined;
  try {
    row = typeof rows === "function" ? rows(ReceivedEvent.deliveryOf(event), event.payload) : rows;
  } catch {
    row = undefined; // it is made for deliveries
  }
  const binding = row === undefined ? NOT_SWAPPABLE : bindingOf(row, auth.covers, retriesChange);
  return new ClaimSubject(asBuffer(event.body), event.payload, binding, changing);
}

/**
 * As of a delivery, an id that cannot be one is none, and so is a type.
 *
 * @throws {TypeError} Where it has a payload that JSON cannot carry.
 */
export function toReceivedEvent(fetched: FetchedEvent, sender: string, receivedAtMs: number): ReceivedEvent {
  const { payload, timestamp, tenant, headers = {} } = fetched;
  const id = textOf(fetched.id);
  const type = textOf(fetched.type) ?? "";
  let text: string | undefined;
  try {
    text = JSON.stringify(payload);
  } catch {
    text = undefined;
  }
  if (text === undefined && payload !== undefined) {
    throw new TypeError(`the payload of a fetched ${type === "" ? "event" : type} is nothing that JSON can carry`);
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
