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

/** Where the parts of an event are. */
export interface EventRow {
  /** Absent where the sender gives no id that stays the same over retries. An event without one is handled without dedupe. */
  readonly id?: Field<"text">;
  readonly type: Field<"text">;
  /** What the type is where the place above is empty, for senders that need not name one (Standard Webhooks). Default `""`: it goes to `*`, or to `onUnhandled`. */
  readonly defaultType?: string;
  /** When it happened. Information only. */
  readonly timestamp?: Field<"time">;
  /** Which attempt this is: digits, or a number. */
  readonly attempt?: Field<"text">;
  /** A batch: the path of the array of events in the payload, `""` where the payload is the array. Other fields then are read from the item. */
  readonly each?: string | undefined;
  /** The sender's specification has no event without an id (CloudEvents): one that lacks it, or its type, is refused. */
  readonly needsId?: true;
}

/** A sender's answer to "is it you, and do you want this?", outside of deliveries. */
export interface Handshake {
  readonly name: string;
  readonly methods: readonly string[];
  /** It comes without proof of origin, by the sender's rules: exact match only, and nothing of it reaches a handler. */
  readonly isUnsigned: boolean;
  /**
   * Headers of the answer beside the fixed ones are the sender's. `undefined`: this is no such handshake.
   *
   * @param proof - Of a signed handshake: which of the keys it was.
   * @param enrolment - Where it `enrols`: whether somebody waits for the secret that comes.
   */
  answer(delivery: Delivery, proof?: Proven, enrolment?: Enrolment): MaybePromise<Reply | Rejection | undefined>;
  /**
   * The largest body it comes with. Of an unsigned one, where the proof needs headers alone: a larger delivery is proven
   * before its body is read. Default: any.
   */
  readonly maxBodyBytes?: number;
  /** Where it holds a secret: in a header, the query, or a field of the body. Tools that show or keep deliveries leave it out. */
  readonly secretFields?: readonly WrittenPlace[];
  /** The sender hands over the secret of a new webhook: only while `receiver.enrol()` waits for one. */
  readonly enrols?: true;
}

/** Fetches the truth of an event whose sender signs nothing. `false` refuses; an object replaces the payload. */
export type Confirm = (event: WebhookEvent) => MaybePromise<boolean | { readonly payload: unknown }>;

/** What `defineSender` takes: how a sender authenticates its deliveries and where the parts of its events are. */
export interface SenderDefinition {
  /** Lower case, digits and hyphens: it is part of every dedupe key. */
  readonly name: string;
  readonly auth: Auth;
  /** Default: `{ "application/json": "json", "application/*+json": "json" }`. */
  readonly body?: BodyFormats;
  /**
   * Where the events are, or a function where one URL takes several kinds of deliveries. The function reads; it never
   * decides trust. `undefined`: this is no event at all, and is refused. A kind that is merely new has a row without a type.
   */
  readonly event: EventRow | ((delivery: Delivery, payload: unknown) => EventRow | undefined);
  /** What differs from a sender nobody has described. */
  readonly reply?: Partial<ReplyProfile>;
  readonly handshakes?: readonly Handshake[];
  /** Largest age of a signed time, and largest distance into the future. Default 300. `null`: the sender's time says nothing about freshness. */
  readonly toleranceSeconds?: number | null;
  /**
   * JSON members of the body that differ from attempt to attempt: a counter, or the time of the attempt. Where the id is
   * not signed, an event is known by its id and what is signed of its body, and these are left out of it. Of a body that
   * is signed as a whole the members' own names, at any depth; else paths with dots, or form fields.
   */
  readonly retriesChange?: readonly string[];
  /** The id is not one (thin pings, one id for every change of state): never dedupe by it. */
  readonly dedupe?: false;
  /** Whether an unsigned type fits the signed body; says what is wrong, or `undefined`. */
  readonly typeMismatch?: (type: string, payload: unknown) => string | undefined;
  readonly confirm?: Confirm;
  /** Headers beside the credentials that must not reach handlers or logs. */
  readonly privateHeaders?: readonly string[];
  /** Where the sender publishes its addresses. */
  readonly addresses?: PublishedAddresses;
}

/** Where deliveries of this sender hold secrets as they are: in the body, the query, or a header. */
export function secretFieldsOf({ auth, handshakes = [] }: SenderDefinition): readonly WrittenPlace[] {
  return [...(auth.secretFields ?? []), ...handshakes.flatMap((handshake) => handshake.secretFields ?? [])];
}

/** A list of addresses on the web: a JSON array at a path with dots, or a text with one address a line. */
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
  readonly [EVENTS]?: (events: Events) => Events; // types only, invariant, never set
}

/** What a handshake may ask. */
export interface Enrolment {
  /** @returns Whether somebody waits for a secret; this one is theirs then, and the window is closed. */
  offer(secret: string): boolean;
}
