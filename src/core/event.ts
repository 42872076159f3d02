// The event that a handler gets.
import type { IncomingHttpHeaders } from "node:http";
import type { Delivery } from "./delivery.js";

/** One event, as a handler gets it. */
export interface WebhookEvent<Type extends string = string, Payload = unknown> {
  /** The sender's id, the same in every delivery of the event; `undefined` where the sender gives none. */
  readonly id: string | undefined;
  readonly type: Type;
  /** The parsed body, or this event's part of it. Own properties only. */
  readonly payload: Payload;
  /** When the event happened, as the sender says. It is information and not used for freshness. */
  readonly timestamp: Date | undefined;
  /** When this delivery arrived, by the receiver's clock. */
  readonly receivedAt: Date;
  /** The number of the sender's attempt, where the sender gives it. */
  readonly attempt: number | undefined;
  /** The sender's name. */
  readonly sender: string;
  readonly tenant: string | undefined;
  /** `false` where the sender signs nothing and only `confirm` has verified the event. */
  readonly verified: boolean;
  /** Lower-case names; credentials are removed. */
  readonly headers: IncomingHttpHeaders;
  /** The bytes of the whole delivery, without the secret where the sender puts one into its bodies. */
  readonly body: Uint8Array;
}

/** The facts of a delivery that all its events share. */
export interface EventOrigin {
  readonly delivery: Delivery;
  readonly sender: string;
  readonly tenant: string | undefined;
  readonly verified: boolean;
  readonly receivedAtMs: number;
  /** Header names, lower case, that hold credentials. */
  readonly credentialHeaders: ReadonlySet<string>;
}

/** An event as the extract-events check found it. The headers are copied on first use, since few handlers read them. */
export class ReceivedEvent implements WebhookEvent {
  readonly id: string | undefined;
  readonly type: string;
  /** Whether the payload is one item of the body, or not part of the body. */
  readonly isPart: boolean;
  /** The handler's payload, which a schema may have transformed. */
  payload: unknown;
  /** The payload as it was parsed, or as `confirm` fetched it. */
  #source: unknown;
  /** Whether the sender's own body formats parse the body to that payload. */
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

  /** For diagnostics. It is static, so that a handler cannot reach the credentials through its event. */
  static deliveryOf(event: ReceivedEvent): Delivery {
    return event.#origin.delivery;
  }

  /** Replaces the payload with the one that `confirm` fetched. */
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
