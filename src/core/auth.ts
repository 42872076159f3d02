// The contract of an authentication scheme, and its possible answers.

import { sharedWeakMap } from "../lib/across-builds.js";
import type { MaybePromise } from "../lib/maybe-promise.js";
import type { Delivery } from "./delivery.js";

/** Which parts of a delivery a proof binds. What is not bound can be changed by whoever replays the delivery. */
export interface Covers {
  readonly body: boolean;
  readonly method: boolean;
  readonly url: boolean;
  /** Lower-case names. */
  readonly headers: readonly string[];
  /** JSON paths or form fields that are bound although the body as a whole is not (Mailgun, Adyen items). */
  readonly fields?: readonly string[];
}

export const COVERS_NOTHING: Covers = /* @__PURE__ */ Object.freeze({
  body: false,
  method: false,
  url: false,
  headers: [],
});

/** The delivery comes from who holds the key. */
export interface Proven {
  readonly ok: true;
  /** Which of the configured keys matched, from 0, in their order. */
  readonly keyIndex: number;
  readonly covers: Covers;
  /** When the sender signed, milliseconds since the epoch; only where the proof binds that time. */
  readonly sentAtMs?: number;
  /** Named by the secret function or a claim of the token. */
  readonly tenant?: string;
  /**
   * Signs a text of ours with the key that proved the delivery, written as the sender writes its own signatures. Only where
   * the scheme was built with `signsReplies`.
   */
  readonly signReply?: (text: string) => string;
  /** `false` where the sender signs nothing (Toss payment events): the event needs `confirm`. Default true. */
  readonly isVerified?: boolean;
}

/**
 * Why there is no proof. The sender hears the outcome only; the hint is the operator's.
 *
 * - `unauthenticated`: absent, or well-formed and wrong (401)
 * - `bad_credentials`: malformed, or given more than once (400)
 * - `undecided`: keys or secrets could not be had (503)
 * - `misconfigured`: our own wiring is wrong (500)
 */
export interface Refusal {
  readonly ok: false;
  readonly outcome: "unauthenticated" | "bad_credentials" | "undecided" | "misconfigured";
  /** What the operator can do. Never holds a secret, a body or an expected signature. */
  readonly hint: string;
  /** No credential was there at all; `anyOf` tells another branch's failure rather than this one's. */
  readonly isAbsent?: boolean;
  readonly cause?: unknown;
}

/** What an authentication scheme answers: proven, or why not. */
export type Proof = Proven | Refusal;

/** What a proof may need beyond the delivery. */
export interface ProofContext {
  /** The receiver's clock, milliseconds since the epoch. */
  readonly nowMs: number;
  /** The URLs under which the sender may have registered us, from the `publicUrl` option. Empty when not given. */
  publicUrls(): readonly string[];
}

/** A request on its way to be signed. `sign` returns a new one, with the credentials added. */
export interface SignableRequest {
  readonly method: string;
  /** Absolute, as registered with the sender. */
  readonly url: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** When it is signed, milliseconds since the epoch. */
  readonly timestampMs: number;
}

/** A place of a request: a header by its lower-case name, a JSON path, a form field, a query parameter. */
export interface WrittenPlace {
  readonly in: "header" | "json" | "form" | "query";
  readonly name: string;
}

/** One way to prove origin. Built once, from one description that both verifies and signs. */
export interface Auth {
  /** `hmac`, `bearer-token`, … for the trace and the docs. */
  readonly scheme: string;
  /** What a proof binds at best; each proof says what it did bind. */
  readonly covers: Covers;
  /** Whether a proof carries a signed time, so that freshness can be judged. */
  readonly signsTime: boolean;
  /** Header names, lower case, that hold credentials: kept from events and logs. */
  readonly credentialHeaders: readonly string[];
  /** Query parameters that hold credentials. */
  readonly credentialQuery?: readonly string[];
  /**
   * Fields of the body that hold a secret as it is: a token, and not a signature over something. They are taken out of the
   * body once the proof holds, so no handler, inbox or tool gets them.
   */
  readonly secretFields?: readonly WrittenPlace[];
  /** A body without those fields; `bodySecrets` makes it of them. */
  readonly withoutSecrets?: (body: Buffer) => Buffer;
  /** The scheme signs the URL, so the receiver must know it: `publicUrl` is required. */
  readonly needsPublicUrl: boolean;
  /** The value of `WWW-Authenticate` on a 401, where the scheme has one; it may list several (RFC 9110 section 11.6.1). */
  readonly challenge?: string;
  /** What the operator should know of how it was built, such as a weak secret; printed once by the receiver. */
  readonly warnings?: readonly string[];
  verify(delivery: Delivery, context: ProofContext): MaybePromise<Proof>;
  /** Where `sign` writes beyond `credentialHeaders` and `credentialQuery`. In `allOf` whoever signs such a place comes after. */
  readonly writes?: readonly WrittenPlace[];
  /** Absent where no key of ours can sign. `key` stands in for the configured one. */
  sign?(request: SignableRequest, key?: string): MaybePromise<SignableRequest>;
}

/** The functions are marked: a proof that wraps another one has a `verify` of its own, which may read what it likes. */
const headProofs = /* @__PURE__ */ sharedWeakMap<Auth["verify"], true>("head-proofs");

/** Says of a proof that its `verify` reads nothing of the body: a receiver then asks it before it reads one. */
export function fromHead(auth: Auth): Auth {
  headProofs().set(auth.verify, true);
  return auth;
}

/** Whether a proof may look at the body. */
export function needsBody({ verify }: Auth): boolean {
  return !headProofs().has(verify);
}

export function refuse(outcome: Refusal["outcome"], hint: string): Refusal {
  return { ok: false, outcome, hint };
}

/** A credential is not there. */
export function absent(hint: string): Refusal {
  return { ok: false, outcome: "unauthenticated", hint, isAbsent: true };
}
