// Options of one test delivery, and the combinations that are refused.
import { CHECKED_LATER, type OptionRules } from "../lib/options.js";
import type { SignedDelivery, TestRequest } from "./compose.js";
import type { Tamper } from "./tamper.js";

/** Options of one test delivery: its event, and what is wrong with it. */
export interface SendOptions extends TestRequest {
  /**
   * An earlier delivery whose event is sent again: the same bytes with a new signature, as in a retry. `attempt`, `headers` and
   * what is wrong with it may differ; type and payload are those of the earlier one. Of a tampered delivery, the original is sent.
   */
  readonly duplicateOf?: { readonly request: SignedDelivery };
  /** What to change after signing; `true` changes the body. */
  readonly tamper?: Tamper;
  /** How long ago it was signed, in seconds. `true` is an hour; a negative number is in the future. */
  readonly stale?: true | number;
  /** Sends no credentials. */
  readonly unsigned?: boolean;
  /** Signs with another key of the same form. */
  readonly wrongKey?: boolean;
  /**
   * The client's address. A receiver as the target gets it as the delivery's `remoteAddress`. Over HTTP it is sent as
   * `X-Forwarded-For`, which a receiver trusts only with `trustedProxies: ["127.0.0.1"]`.
   */
  readonly from?: string;
  /** The path at the target, where it differs from the signed one. */
  readonly path?: string;
}

/** The options of a request. Senders and receivers check most of them, so that a test can send anything. */
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
/** The options that a duplicate takes from the first delivery. */
const FIXED_BY_THE_FIRST = ["id", "body", "method", "url", "contentType"] as const;
const AN_HOUR_SECONDS = 3_600;

/** The time with which a delivery is signed. */
export function signedAt({ timestamp, stale = 0 }: SendOptions, now: () => number): number {
  const staleSeconds = stale === true ? AN_HOUR_SECONDS : stale;
  if (typeof staleSeconds !== "number" || !Number.isFinite(staleSeconds)) {
    throw new TypeError(`send: stale must be true or a number of seconds; got ${String(stale)}`);
  }
  const signedAtMs = (timestamp === undefined ? now() : Number(timestamp)) - staleSeconds * 1000;
  if (Number.isFinite(signedAtMs)) return signedAtMs;
  throw new TypeError("send: timestamp must be a valid Date, or milliseconds since the epoch");
}

/** @throws {TypeError} When two options exclude each other: such a test would not test what it seems to. */
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
