// The claim key of each event of a delivery, by what the delivery's proof binds.
import type { ReceivedEvent } from "../core/event.js";
import { memberOf } from "../core/read-field.js";
import { bodyDigest, type KeyOf } from "./key.js";

/** Which of id, type and content the proof of a delivery binds. */
export interface Binding {
  /**
   * The proof binds the content and not the id, so a replayer can send a delivery under any id. Its events are claimed by id
   * and content: a retry has the same of both, and the content under another event's id is not that event.
   */
  readonly isIdSwappable: boolean;
  /** The proof does not bind the type either, and another type means another handler. */
  readonly isTypeSwappable: boolean;
  /** Paths of the content that is bound; `undefined` where it is the body. */
  readonly fields: readonly string[] | undefined;
}

export const NOT_SWAPPABLE: Binding = /* @__PURE__ */ Object.freeze({
  isIdSwappable: false,
  isTypeSwappable: false,
  fields: undefined,
});

/** Shared by all events of a delivery, so that its content is hashed at most once. */
export class ClaimSubject {
  readonly #body: Buffer;
  readonly #payload: unknown;
  readonly #binding: Binding;
  /** Matches the parts of the body that differ between the attempts of one event. */
  readonly #changing: RegExp | undefined;
  #digest: string | undefined;

  constructor(body: Buffer, payload: unknown, binding: Binding, changing: RegExp | undefined) {
    this.#body = body;
    this.#payload = payload;
    this.#binding = binding;
    this.#changing = changing;
  }

  get isIdSwappable(): boolean {
    return this.#binding.isIdSwappable;
  }

  /** The key of an event: `undefined` where it has no id, or its sender's ids do not name events. */
  keyOf(keyOf: KeyOf | undefined, { id, type, tenant }: ReceivedEvent): string | undefined {
    if (id === undefined || keyOf === undefined) return undefined;
    const { isIdSwappable, isTypeSwappable } = this.#binding;
    if (!isIdSwappable) return keyOf(tenant, id);
    return keyOf(tenant, id, this.#contentDigest, isTypeSwappable ? type : undefined);
  }

  /** A digest that detects another body under a known id. An item of a batch may be retried in another batch. */
  eventDigest(event: ReceivedEvent): string {
    return event.isPart ? bodyDigest(Buffer.from(JSON.stringify(event.source) ?? "")) : this.#contentDigest;
  }

  /** A digest that detects the same content under another id. Two items of one batch never have the same one. */
  replayDigest(event: ReceivedEvent): string {
    return event.isPart ? `${this.#contentDigest} ${this.eventDigest(event)}` : this.#contentDigest;
  }

  /** SHA-256, base64url, of the content that is the same in every attempt. */
  get #contentDigest(): string {
    this.#digest ??= bodyDigest(this.#content());
    return this.#digest;
  }

  #content(): Buffer {
    const { fields } = this.#binding;
    if (fields !== undefined)
      return Buffer.from(JSON.stringify(fields.map((path) => memberOf(this.#payload, path) ?? null)));
    if (this.#changing === undefined) return this.#body;
    return Buffer.from(this.#body.toString("latin1").replace(this.#changing, ""), "latin1");
  }
}

/** Matches JSON properties with these names whose values are strings, numbers, booleans or null. */
export function membersPattern(names: readonly string[] | undefined): RegExp | undefined {
  if (names === undefined) return undefined;
  const known = names.map((name) => name.replace(/[^A-Za-z0-9_-]/g, "\\$&")).join("|");
  return new RegExp(`"(?:${known})"\\s*:\\s*(?:"(?:[^"\\\\]|\\\\.)*"|[^\\s,}\\]]+)`, "g");
}
