// What a delivery brings to the claims of its events: its body, and under which key an id is claimed.
import { bodyDigest, type KeyOf } from "./key.js";

/** One for all events of a delivery, so that its body is hashed at most once. */
export class ClaimSubject {
  readonly body: Buffer;
  /**
   * The proof binds the body and not the id, so whoever has seen a delivery can send it again under any id. Its events are
   * claimed by id and body: a retry has both, and the body under another event's id is not that event.
   */
  readonly isIdSwappable: boolean;
  /** The key under which the event was put aside, where it comes from there. */
  readonly key: string | undefined;
  #digest: string | undefined;

  constructor(body: Buffer, isIdSwappable: boolean, key?: string) {
    this.body = body;
    this.isIdSwappable = isIdSwappable;
    this.key = key;
  }

  /** SHA-256 of the body, base64url. */
  get bodyDigest(): string {
    this.#digest ??= bodyDigest(this.body);
    return this.#digest;
  }
}

/** The key of an event: `undefined` where it has no id, or its sender's ids do not name events. */
export function keyOfEvent(
  keyOf: KeyOf | undefined,
  event: { readonly id: string | undefined; readonly tenant: string | undefined },
  subject: ClaimSubject,
): string | undefined {
  if (event.id === undefined || keyOf === undefined) return undefined;
  return subject.key ?? keyOf(event.tenant, event.id, subject.isIdSwappable ? subject.bodyDigest : undefined);
}
