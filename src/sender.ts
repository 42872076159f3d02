// What is a sender? Data: how it proves itself, what it sends, where its fields are, what it makes of an answer.
import type { Auth } from "./auth/auth.js";
import type { Delivery } from "./delivery.js";
import type { AnyEvents, EventMap, WebhookEvent } from "./event.js";
import type { Field } from "./field.js";
import type { MaybePromise } from "./internal/maybe-promise.js";
import type { Ending, Reply } from "./outcome.js";
import { type ReplyProfile, UNKNOWN_SENDER } from "./reply-profile.js";

/**
 * How a body becomes a payload.
 *
 * - `json`: a JSON text, UTF-8, at most 64 deep
 * - `form`: `application/x-www-form-urlencoded`, as an object of strings (arrays where a name repeats)
 * - `{ jsonInForm }`: a form with a JSON text in that field, which is the payload; with `isOptional`, a form without that
 *   field is the payload itself
 * - `text`: UTF-8 text
 * - `bytes`: left as it is
 */
export type BodyFormat =
  | "json"
  | "form"
  | "text"
  | "bytes"
  | { readonly jsonInForm: string; readonly isOptional?: true };

/** Media types (`application/json`, `application/*+json`, or all of them as `*` + `/*`) to formats. The first is used where no Content-Type came. */
export type BodyFormats = Readonly<Record<string, BodyFormat>>;

/** Where the parts of an event are. */
export interface EventRow {
  /** Absent where the sender gives no id that stays the same over retries; then there is no dedupe. */
  readonly id?: Field<"text">;
  readonly type: Field<"text">;
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
  /** Headers of the answer beside the fixed ones are the sender's. `undefined`: this is no such handshake. */
  answer(delivery: Delivery): Reply | Ending | undefined;
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

const NAME = /^[a-z][a-z0-9-]{0,63}$/;
const DEFINITION_KEYS: ReadonlySet<string> = new Set<keyof SenderDefinition>([
  "name",
  "auth",
  "body",
  "event",
  "reply",
  "handshakes",
  "toleranceSeconds",
  "dedupe",
  "typeMismatch",
  "confirm",
  "privateHeaders",
  "addresses",
]);

/**
 * Describes a sender of one's own. One explicit type argument, and nothing is inferred beside it.
 *
 * @throws {TypeError} When built with a malformed description; the message names the member.
 * @example
 * const erp = defineSender<{ "order.created": { orderId: string } }>({
 *   name: "erp",
 *   auth: bearerToken({ token: process.env.ERP_TOKEN }),
 *   event: { id: header("x-event-id"), type: json("type") },
 * });
 */
export function defineSender<Events = AnyEvents>(definition: SenderDefinition): Sender<EventMap<Events>> {
  for (const key of Object.keys(definition)) {
    if (!DEFINITION_KEYS.has(key))
      throw new TypeError(`defineSender: unknown member "${key}"; known are ${[...DEFINITION_KEYS].join(", ")}`);
  }
  if (!NAME.test(definition.name)) {
    throw new TypeError(
      `defineSender: name must match ${NAME}, for it is part of every dedupe key; got ${JSON.stringify(definition.name)}`,
    );
  }
  if (typeof definition.auth?.verify !== "function") {
    throw new TypeError(
      `defineSender: ${definition.name}: auth must be one of hookgate/auth, such as mac(…) or bearerToken(…)`,
    );
  }
  const { event } = definition;
  if (typeof event !== "function" && event?.type === undefined) {
    throw new TypeError(
      `defineSender: ${definition.name}: event.type must say where the type is, such as json("type") or literal("ping")`,
    );
  }
  return { name: definition.name, definition, profile: profileOf(definition) };
}

function profileOf(definition: SenderDefinition): ReplyProfile {
  const own = definition.reply ?? {};
  const methods = new Set(own.methods ?? UNKNOWN_SENDER.methods);
  const successStatus = own.successStatus ?? UNKNOWN_SENDER.successStatus;
  const successStatuses = own.successStatuses ?? [...new Set([successStatus, ...UNKNOWN_SENDER.successStatuses])];
  return Object.freeze({ ...UNKNOWN_SENDER, ...own, methods: [...methods], successStatus, successStatuses });
}
