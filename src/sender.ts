// What is a sender? Data: how it proves itself, what it sends, where its fields are, what it makes of an answer.
import type { Auth, Proven, WrittenPlace } from "./auth/auth.js";
import type { Delivery } from "./delivery.js";
import type { Enrolment } from "./enrolment.js";
import type { AnyEvents, EventMap, WebhookEvent } from "./event.js";
import type { Field } from "./field.js";
import type { CustomFormat } from "./formats/format.js";
import type { MaybePromise } from "./internal/maybe-promise.js";
import type { Ending, Reply } from "./outcome.js";
import { type ReplyProfile, UNKNOWN_SENDER } from "./reply-profile.js";
import { checkDefinition } from "./sender-rules.js";

/**
 * How a body becomes a payload.
 *
 * - `json`: a JSON text, UTF-8, at most 64 deep
 * - `form`: `application/x-www-form-urlencoded`, as an object of strings (arrays where a name repeats)
 * - `{ jsonInForm }`: a form with a JSON text in that field, which is the payload; with `isOptional`, a form without that
 *   field is the payload itself
 * - `text`: UTF-8 text
 * - `bytes`: left as it is
 * - `CustomFormat`: anything else, by a parser of its own: XML, NDJSON, a token
 */
export type BodyFormat =
  | "json"
  | "form"
  | "text"
  | "bytes"
  | { readonly jsonInForm: string; readonly isOptional?: true }
  | CustomFormat;

/** Media types (`application/json`, `application/*+json`, or all of them as `*` + `/*`) to formats. The first is used where no Content-Type came. */
export type BodyFormats = Readonly<Record<string, BodyFormat>>;

/** Where the parts of an event are. */
export interface EventRow {
  /** Absent where the sender gives no id that stays the same over retries; then there is no dedupe. */
  readonly id?: Field<"text">;
  readonly type: Field<"text">;
  /** What the type is where the place above is empty, for senders that need not name one (Standard Webhooks). Default: such a delivery is refused. */
  readonly defaultType?: string;
  /** When it happened. Information only. */
  readonly timestamp?: Field<"time">;
  /** Which attempt this is: digits, or a number. */
  readonly attempt?: Field<"text">;
  /** A batch: the path of the array of events in the payload, `""` where the payload is the array. Other fields then are read from the item. */
  readonly each?: string;
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
  answer(delivery: Delivery, proof?: Proven, enrolment?: Enrolment): MaybePromise<Reply | Ending | undefined>;
  /** Where it holds a secret: in a header, the query, or a field of the body. Tools that show or keep deliveries leave it out. */
  readonly secretFields?: readonly WrittenPlace[];
  /** The sender hands over the secret of a new webhook: only while `receiver.enrol()` waits for one. */
  readonly enrols?: true;
}

/** Fetches the truth of an event whose sender signs nothing. `false` refuses; an object replaces the payload. */
export type Confirm = (event: WebhookEvent) => MaybePromise<boolean | { readonly payload: unknown }>;

export interface SenderDefinition {
  /** Lower case, digits and hyphens: it is part of every dedupe key. */
  readonly name: string;
  readonly auth: Auth;
  /** Default: `{ "application/json": "json", "application/*+json": "json" }`. */
  readonly body?: BodyFormats;
  /** A row, or a function where one URL takes several kinds of deliveries. The function reads; it never decides trust. */
  readonly event: EventRow | ((delivery: Delivery, payload: unknown) => EventRow | undefined);
  /** What differs from a sender nobody has described. */
  readonly reply?: Partial<ReplyProfile>;
  readonly handshakes?: readonly Handshake[];
  /** Largest age of a signed time, and largest distance into the future. Default 300. `null`: the sender's time says nothing about freshness. */
  readonly toleranceSeconds?: number | null;
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

/**
 * Describes a sender of one's own. One explicit type argument, and nothing is inferred beside it.
 *
 * @throws {TypeError} When built with an unknown or malformed member; the message names it, and what is meant.
 * @example
 * const erp = defineSender<{ "order.created": { orderId: string } }>({
 *   name: "erp",
 *   auth: bearerToken({ token: process.env.ERP_TOKEN }),
 *   event: { id: header("x-event-id"), type: json("type") },
 * });
 */
export function defineSender<Events = AnyEvents>(definition: SenderDefinition): Sender<EventMap<Events>> {
  checkDefinition(definition);
  const privateHeaders = definition.privateHeaders?.map((name) => name.toLowerCase()); // as they are looked up
  return {
    name: definition.name,
    definition: privateHeaders === undefined ? definition : { ...definition, privateHeaders },
    profile: profileOf(definition),
  };
}

function profileOf(definition: SenderDefinition): ReplyProfile {
  const own = present(definition.reply ?? {});
  const methods = new Set(own.methods ?? UNKNOWN_SENDER.methods);
  const successStatus = own.successStatus ?? UNKNOWN_SENDER.successStatus;
  const successStatuses = own.successStatuses ?? [...new Set([successStatus, ...UNKNOWN_SENDER.successStatuses])];
  return Object.freeze({ ...UNKNOWN_SENDER, ...own, methods: [...methods], successStatus, successStatuses });
}

/** What is `undefined` would be spread over the default. */
function present(own: Partial<ReplyProfile>): Partial<ReplyProfile> {
  return Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
}
