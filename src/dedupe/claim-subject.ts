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
  /** What differs from attempt to attempt of one event, as it stands in the body. */
  readonly #changing: RegExp | undefined;
  #digest: string | undefined;

  constructor(
    body: Buffer,
    isIdSwappable: boolean,
    more: { readonly key?: string; readonly changing?: RegExp | undefined } = {},
  ) {
    this.body = body;
    this.isIdSwappable = isIdSwappable;
    this.key = more.key;
    this.#changing = more.changing;
  }

  /** SHA-256 of what is the same in every attempt, base64url. */
  get bodyDigest(): string {
    this.#digest ??= bodyDigest(
      this.#changing === undefined
        ? this.body
        : Buffer.from(this.body.toString("latin1").replace(this.#changing, ""), "latin1"),
    );
    return this.#digest;
  }
}

/** Matches JSON members of these names, whose values are texts, numbers or words. */
export function membersPattern(names: readonly string[] | undefined): RegExp | undefined {
  if (names === undefined) return undefined;
  const known = names.map((name) => name.replace(/[^A-Za-z0-9_-]/g, "\\$&")).join("|");
  return new RegExp(`"(?:${known})"\\s*:\\s*(?:"(?:[^"\\\\]|\\\\.)*"|[^\\s,}\\]]+)`, "g");
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
