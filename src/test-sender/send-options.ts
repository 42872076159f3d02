// Options of one test delivery, and which of them exclude each other.
import { CHECKED_LATER, type OptionRules } from "../lib/options.js";
import type { SignedDelivery, TestRequest } from "./compose.js";
import type { Tamper } from "./tamper.js";

/** What is sent, and what is wrong with it. */
export interface SendOptions extends TestRequest {
  /**
   * An earlier delivery: the same event again, byte for byte, signed anew as a retry is. `attempt`, `headers` and what is
   * wrong with it may differ; type and payload are the earlier one's. Of one that was tampered with, the original.
   */
  readonly duplicateOf?: { readonly request: SignedDelivery };
  /** What is changed after signing: `true` is the body. */
  readonly tamper?: Tamper;
  /** How long ago it was signed, seconds; `true` is an hour, a negative number the future. */
  readonly stale?: true | number;
  /** No credentials at all. */
  readonly unsigned?: boolean;
  /** Signed with another key of the same shape. */
  readonly wrongKey?: boolean;
  /**
   * The client's address. A receiver gets it as the delivery's `remoteAddress`. Over HTTP it goes as `X-Forwarded-For`,
   * which a receiver believes only with `trustedProxies: ["127.0.0.1"]`.
   */
  readonly from?: string;
  /** The path at the target, where it is not the one that is signed. */
  readonly path?: string;
}

/** What a request must be; most of it is for senders and receivers to judge, so that tests can send anything. */
export const REQUEST_RULES: OptionRules<TestRequest> = {
  type: CHECKED_LATER,
  payload: CHECKED_LATER,
  id: CHECKED_LATER,
  body: CHECKED_LATER,
  timestamp: CHECKED_LATER,
  attempt: CHECKED_LATER,
  method: CHECKED_LATER,
  url: CHECKED_LATER,
  headers: CHECKED_LATER,
  contentType: CHECKED_LATER,
};
export const SEND_RULES: OptionRules<SendOptions> = {
  ...REQUEST_RULES,
  duplicateOf: CHECKED_LATER,
  tamper: CHECKED_LATER,
  stale: CHECKED_LATER,
  unsigned: CHECKED_LATER,
  wrongKey: CHECKED_LATER,
  from: CHECKED_LATER,
  path: CHECKED_LATER,
};
/** What a duplicate has from the first delivery, and cannot have otherwise. */
const FIXED_BY_THE_FIRST = ["id", "body", "method", "url", "contentType"] as const;
const AN_HOUR_SECONDS = 3_600;

/** The moment that a delivery is signed with. */
export function signedAt({ timestamp, stale = 0 }: SendOptions, now: () => number): number {
  const staleSeconds = stale === true ? AN_HOUR_SECONDS : stale;
  if (typeof staleSeconds !== "number" || !Number.isFinite(staleSeconds)) {
    throw new TypeError(`send: stale must be true or a number of seconds; got ${String(stale)}`);
  }
  const signedAtMs = (timestamp === undefined ? now() : Number(timestamp)) - staleSeconds * 1000;
  if (Number.isFinite(signedAtMs)) return signedAtMs;
  throw new TypeError("send: timestamp must be a valid Date, or milliseconds since the epoch");
}

/** @throws {TypeError} Where two options exclude each other: a test that says both would not test what it says. */
export function refuseContradictions(send: SendOptions): void {
  if (send.unsigned === true && send.wrongKey === true) {
    throw new TypeError("send: unsigned and wrongKey exclude each other");
  }
  if (send.body !== undefined && send.payload !== undefined) {
    throw new TypeError("send: body and payload exclude each other: body is sent as it is");
  }
  if (send.path !== undefined && !send.path.startsWith("/")) {
    throw new TypeError(`send: path must begin with a slash; got ${JSON.stringify(send.path)}`);
  }
  if (send.duplicateOf === undefined) return;
  if (typeof send.duplicateOf?.request !== "object") {
    throw new TypeError("send: duplicateOf must be what an earlier send answered");
  }
  const fixed = FIXED_BY_THE_FIRST.find((name) => send[name] !== undefined);
  if (fixed !== undefined) {
    throw new TypeError(
      `send: ${fixed} and duplicateOf exclude each other: a duplicate has that of the first delivery`,
    );
  }
}
