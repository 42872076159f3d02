// The event that a handler gets, and the types of its names and payloads.
import type { IncomingHttpHeaders } from "node:http";
import type { Delivery } from "./delivery.js";

/** What a sender says of its events: a map of type name to payload, or a union discriminated by `type`. */
export type EventMap<Events> = [Events] extends [{ type: string }]
  ? { [Member in Events as Member["type"]]: Member } // linear; Extract<> per name would be quadratic on 275 members
  : Events;

/** Open types, the default: every name is allowed, and every payload is at least the sender's envelope. */
export type AnyEvents<Envelope = unknown> = { [type: string]: Envelope };

/** Spells out actions: `{ issues: Opened | Closed; push: Push }` becomes `issues.opened`, `issues.closed`, `push`. */
export type WithActions<Types> = {
  [Entry in ActionEntry<Types> as Entry["name"]]: Entry["payload"];
};
type ActionEntry<Types> = { [Name in keyof Types & string]: ActionOf<Name, Types[Name]> }[keyof Types & string];
type ActionOf<Name extends string, Payload> = Payload extends { action: infer Action extends string }
  ? string extends Action
    ? { name: Name; payload: Payload } // an open `action: string` would accept every misspelling
    : Action extends string // one entry per action, even where one payload type carries several
      ? { name: `${Name}.${Action}`; payload: Payload & { action: Action } }
      : never
  : { name: Name; payload: Payload };

type Names<Types> = keyof Types & string;
type Parents<Name extends string> = Name extends `${infer Head}.${infer Rest}`
  ? Head | `${Head}.${Parents<Rest>}`
  : never;

/** `invoice.paid`, `invoice.*` (everything below, at any depth), or `*`. */
export type Pattern<Types> = Names<Types> | `${Parents<Names<Types>>}.*` | "*";
/** The names a pattern takes. */
export type Matching<Types, P extends string> = P extends "*"
  ? Names<Types>
  : P extends `${infer Parent}.*`
    ? string extends Names<Types>
      ? string
      : Extract<Names<Types>, `${Parent}.${string}`>
    : P;

/** One event, as a handler gets it. */
export interface WebhookEvent<Type extends string = string, Payload = unknown> {
  /** The sender's id, the same over every delivery of the event; `undefined` where the sender gives none. */
  readonly id: string | undefined;
  readonly type: Type;
  /** The parsed body, or this event's part of it. Own properties only. */
  readonly payload: Payload;
  /** When it happened, as the sender says: information, never freshness. */
  readonly timestamp: Date | undefined;
  /** When this delivery arrived, by the receiver's clock. */
  readonly receivedAt: Date;
  /** Which attempt the sender says this is, where it says so. */
  readonly attempt: number | undefined;
  /** The sender's name. */
  readonly sender: string;
  readonly tenant: string | undefined;
  /** `false` where the sender signs nothing and only `confirm` vouches for the event. */
  readonly verified: boolean;
  /** Lower-case names; credentials are removed. */
  readonly headers: IncomingHttpHeaders;
  /** The bytes of the whole delivery, without the secret where the sender puts one into its bodies. */
  readonly body: Uint8Array;
}

/** One member per name, so that `switch (event.type)` narrows `event.payload`. */
export type EventOf<Types, Type extends string = Names<Types>> = Type extends keyof Types
  ? WebhookEvent<Type, Types[Type]>
  : never;

/** What is told of a delivery alike for all its events. */
export interface EventOrigin {
  readonly delivery: Delivery;
  readonly sender: string;
  readonly tenant: string | undefined;
  readonly verified: boolean;
  readonly receivedAtMs: number;
  /** Header names, lower case, that hold credentials. */
  readonly credentialHeaders: ReadonlySet<string>;
}

/** An event as `identify` found it. Headers are copied when first read, for few handlers read them. */
export class ReceivedEvent implements WebhookEvent {
  readonly id: string | undefined;
  readonly type: string;
  /** The payload is one item of the body, or not of the body at all. */
  readonly isPart: boolean;
  /** What a handler gets: a schema may have made something else of it. */
  payload: unknown;
  /** As it was parsed, or as `confirm` fetched it. */
  #source: unknown;
  /** Whether the sender's own formats make that of the body. */
  #isOfBody: boolean;
  readonly timestamp: Date | undefined;
  readonly attempt: number | undefined;
  readonly #origin: EventOrigin;
  #headers: IncomingHttpHeaders | undefined;

  constructor(
    origin: EventOrigin,
    fields: {
      id: string | undefined;
      type: string;
      payload: unknown;
      timestamp: Date | undefined;
      attempt: number | undefined;
      isPart: boolean;
    },
  ) {
    this.#origin = origin;
    this.id = fields.id;
    this.type = fields.type;
    this.payload = fields.payload;
    this.#source = fields.payload;
    this.isPart = fields.isPart;
    this.#isOfBody = !fields.isPart;
    this.timestamp = fields.timestamp;
    this.attempt = fields.attempt;
  }

  /** For who measures; a handler that gets the event has no such way to credentials. */
  static deliveryOf(event: ReceivedEvent): Delivery {
    return event.#origin.delivery;
  }

  /** `confirm` fetched the truth: what came counts no more. */
  confirmAs(payload: unknown): void {
    this.payload = payload;
    this.#source = payload;
    this.#isOfBody = false;
  }
  get source(): unknown {
    return this.#source;
  }
  get isOfBody(): boolean {
    return this.#isOfBody;
  }

  get sender(): string {
    return this.#origin.sender;
  }
  get tenant(): string | undefined {
    return this.#origin.tenant;
  }
  get verified(): boolean {
    return this.#origin.verified;
  }
  get receivedAt(): Date {
    return new Date(this.#origin.receivedAtMs);
  }
  get body(): Uint8Array {
    return this.#origin.delivery.body;
  }
  get headers(): IncomingHttpHeaders {
    this.#headers ??= this.#origin.delivery.headers.toObject(this.#origin.credentialHeaders);
    return this.#headers;
  }
}
