// The definition of a sender: how it authenticates, where its fields are, and how it reads replies.

import type { BodyFormats } from "../body-formats/format.js";
import type { Auth, Proven, WrittenPlace } from "../core/auth.js";
import type { Delivery } from "../core/delivery.js";
import type { WebhookEvent } from "../core/event.js";
import type { AnyEvents } from "../core/event-map.js";
import type { Field } from "../core/field.js";
import type { Rejection } from "../core/outcome.js";
import type { Reply, ReplyProfile } from "../core/reply.js";
import type { MaybePromise } from "../lib/maybe-promise.js";

/** The fields of an event's parts. */
export interface EventRow {
  /** Absent where the sender gives no id that stays the same in retries. An event without an id is handled without dedupe. */
  readonly id?: Field<"text">;
  readonly type: Field<"text">;
  /** The type of an event whose type field is absent, for senders that need not give one (Standard Webhooks). Default `""`, which goes to `*` or to `onUnhandled`. */
  readonly defaultType?: string;
  /** When the event happened. Information only. */
  readonly timestamp?: Field<"time">;
  /** The number of the attempt, as digits or a number. */
  readonly attempt?: Field<"text">;
  /** The path of the array of events in the payload of a batch; `""` where the payload is the array. The other fields are then read from the item. */
  readonly each?: string | undefined;
  /** Whether an event without an id or a type is refused, because the sender's specification requires both (CloudEvents). */
  readonly needsId?: true;
}

/** The answer to a sender's request to verify an endpoint, which is not a delivery. */
export interface Handshake {
  readonly name: string;
  readonly methods: readonly string[];
  /** Whether the sender does not sign it. Then only an exact match is answered, and nothing of it reaches a handler. */
  readonly isUnsigned: boolean;
  /**
   * The answer; its headers are added to the fixed ones. `undefined` where the request is not this handshake.
   *
   * @param proof - The proof of a signed handshake, with the index of its key.
   * @param enrolment - Where it `enrols`: takes the secret that `receiver.enrol()` waits for.
   */
  answer(delivery: Delivery, proof?: Proven, enrolment?: Enrolment): MaybePromise<Reply | Rejection | undefined>;
  /**
   * The largest body of the handshake. Used for an unsigned handshake of a sender whose proof reads headers alone: a larger
   * delivery is authenticated before its body is read. Default: no limit.
   */
  readonly maxBodyBytes?: number;
  /** The places of its secrets: headers, query parameters or fields of the body. Tools that show or store deliveries remove them. */
  readonly secretFields?: readonly WrittenPlace[];
  /** Whether the sender sends the secret of a new webhook. Accepted only while `receiver.enrol()` waits for one. */
  readonly enrols?: true;
}

/** Looks up an event whose sender signs nothing. `false` refuses the event; an object replaces its payload. */
export type Confirm = (event: WebhookEvent) => MaybePromise<boolean | { readonly payload: unknown }>;

/** A sender's definition: how it authenticates its deliveries and where the parts of its events are. */
export interface SenderDefinition {
  /** Lower-case letters, digits and hyphens. Part of every dedupe key. */
  readonly name: string;
  readonly auth: Auth;
  /** Default: `{ "application/json": "json", "application/*+json": "json" }`. */
  readonly body?: BodyFormats;
  /**
   * The fields of the events, or a function where one URL gets several kinds of deliveries. The function does not decide about
   * trust. It returns `undefined` for a delivery that is not an event, which is refused, and fields without a type for an
   * unknown kind of event.
   */
  readonly event: EventRow | ((delivery: Delivery, payload: unknown) => EventRow | undefined);
  /** The differences from the reply profile of an unknown sender. */
  readonly reply?: Partial<ReplyProfile>;
  readonly handshakes?: readonly Handshake[];
  /** The largest difference between a signed time and the receiver's clock, in both directions. Default 300. `null` where the sender's time does not show freshness. */
  readonly toleranceSeconds?: number | null;
  /**
   * JSON properties of the body that differ between attempts: a counter, or the time of the attempt. Where the id is not
   * signed, the dedupe key includes the signed content without these. For a body that is signed as a whole they are property
   * names at any depth; otherwise paths with dots, or form fields.
   */
  readonly retriesChange?: readonly string[];
  /** Whether the id does not identify one event (thin pings, one id for every change of state). Then it is not used for dedupe. */
  readonly dedupe?: false;
  /** Checks that an unsigned type matches the signed body. Returns what is wrong, or `undefined`. */
  readonly typeMismatch?: (type: string, payload: unknown) => string | undefined;
  readonly confirm?: Confirm;
  /** Names of headers, besides the credentials, that must not reach handlers or logs. */
  readonly privateHeaders?: readonly string[];
  /** The list of addresses that the sender publishes. */
  readonly addresses?: PublishedAddresses;
}

/** The places of plain secrets in a sender's deliveries: in the body, the query, or a header. */
export function secretFieldsOf({ auth, handshakes = [] }: SenderDefinition): readonly WrittenPlace[] {
  return [...(auth.secretFields ?? []), ...handshakes.flatMap((handshake) => handshake.secretFields ?? [])];
}

/** A list of addresses on the web: a JSON array at a path with dots, or text with one address a line. */
export interface PublishedAddresses {
  readonly url: string;
  /** `""` where the JSON document is the array; absent for a text. */
  readonly at?: string;
}

declare const EVENTS: unique symbol;
/** A sender, ready for `createReceiver`. Its events are part of its type. */
export interface Sender<Events = AnyEvents> {
  readonly name: string;
  readonly definition: SenderDefinition;
  readonly profile: ReplyProfile;
  readonly [EVENTS]?: (events: Events) => Events; // for the type checker only; never set
}

/** The enrolment that a handshake can use. */
export interface Enrolment {
  /** @returns Whether a call of `receiver.enrol()` waits for a secret. It then gets this one, and later ones are refused. */
  offer(secret: string): boolean;
}
