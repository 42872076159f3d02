// The contract of an authentication scheme, and its possible answers.

import { sharedWeakMap } from "../lib/across-builds.js";
import type { MaybePromise } from "../lib/maybe-promise.js";
import type { Delivery } from "./delivery.js";

/** The parts of a delivery that a proof binds. A replayer can change every other part. */
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

/** The delivery was sent by a holder of the key. */
export interface Proven {
  readonly ok: true;
  /** The index of the configured key that matched, from 0. */
  readonly keyIndex: number;
  readonly covers: Covers;
  /** When the sender signed, milliseconds since the epoch. Present only where the proof binds that time. */
  readonly sentAtMs?: number;
  /** The tenant that the secret function or a claim of the token names. */
  readonly tenant?: string;
  /**
   * Signs a string with the key that verified the delivery, in the format of the sender's own signatures. Present only where
   * the scheme was built with `signsReplies`.
   */
  readonly signReply?: (text: string) => string;
  /** `false` where the sender signs nothing (Toss payment events): the event needs `confirm`. Default true. */
  readonly isVerified?: boolean;
}

/**
 * Why a delivery is not authenticated. The sender gets the outcome only; the hint is for the operator.
 *
 * - `unauthenticated`: absent, or well-formed and wrong (401)
 * - `bad_credentials`: malformed, or given more than once (400)
 * - `undecided`: keys or secrets were unavailable (503)
 * - `misconfigured`: the receiver is configured wrongly (500)
 */
export interface Refusal {
  readonly ok: false;
  readonly outcome: "unauthenticated" | "bad_credentials" | "undecided" | "misconfigured";
  /** What the operator can do. Contains no secret, body or expected signature. */
  readonly hint: string;
  /** No credential was present. `anyOf` then reports the failure of another branch. */
  readonly isAbsent?: boolean;
  readonly cause?: unknown;
}

/** The answer of an authentication scheme: proven, or why not. */
export type Proof = Proven | Refusal;

/** What a scheme may need beyond the delivery. */
export interface ProofContext {
  /** The receiver's clock, milliseconds since the epoch. */
  readonly nowMs: number;
  /** The URLs that may be registered with the sender, from the `publicUrl` option. Empty when not given. */
  publicUrls(): readonly string[];
}

/** A request to sign. `sign` returns a copy with the credentials added. */
export interface SignableRequest {
  readonly method: string;
  /** The absolute URL, as registered with the sender. */
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

/** An authentication scheme, built once. One description both verifies and signs. */
export interface Auth {
  /** `hmac`, `bearer-token`, … for the trace and the docs. */
  readonly scheme: string;
  /** What a proof can bind. Each proof says what it did bind. */
  readonly covers: Covers;
  /** Whether a proof has a signed time, which the freshness check needs. */
  readonly signsTime: boolean;
  /** Names of headers that hold credentials, lower case. These headers are removed from events and logs. */
  readonly credentialHeaders: readonly string[];
  /** Query parameters that hold credentials. */
  readonly credentialQuery?: readonly string[];
  /**
   * Fields of the body that hold a secret itself: a token, not a signature. They are removed from the body once the delivery
   * is authenticated, so no handler, inbox or tool gets them.
   */
  readonly secretFields?: readonly WrittenPlace[];
  /** The body without those fields. `bodySecrets` builds this function. */
  readonly withoutSecrets?: (body: Buffer) => Buffer;
  /** The scheme signs the URL, so the receiver must know it: `publicUrl` is required. */
  readonly needsPublicUrl: boolean;
  /** The value of `WWW-Authenticate` on a 401, where the scheme has one; it may list several (RFC 9110 section 11.6.1). */
  readonly challenge?: string;
  /** Warnings about its configuration, such as a weak secret. The receiver logs each of them once. */
  readonly warnings?: readonly string[];
  verify(delivery: Delivery, context: ProofContext): MaybePromise<Proof>;
  /** The places that `sign` writes beyond `credentialHeaders` and `credentialQuery`. In `allOf`, a scheme that signs such a place runs later. */
  readonly writes?: readonly WrittenPlace[];
  /** Absent where no configured key can sign. `key` replaces the configured one. */
  sign?(request: SignableRequest, key?: string): MaybePromise<SignableRequest>;
}

/** The functions are marked, not the schemes: a scheme that wraps another one has its own `verify`, which may read the body. */
const headProofs = /* @__PURE__ */ sharedWeakMap<Auth["verify"], true>("head-proofs");

/** Marks a scheme whose `verify` does not read the body. A receiver then runs it before it reads the body. */
export function fromHead(auth: Auth): Auth {
  headProofs().set(auth.verify, true);
  return auth;
}

/** Whether the scheme may read the body. */
export function needsBody({ verify }: Auth): boolean {
  return !headProofs().has(verify);
}

export function refuse(outcome: Refusal["outcome"], hint: string): Refusal {
  return { ok: false, outcome, hint };
}

/** The refusal of a delivery without a credential. */
export function absent(hint: string): Refusal {
  return { ok: false, outcome: "unauthenticated", hint, isAbsent: true };
}
