// Verifies Praxis Cashier's deliveries and locates their events.
import { createHash } from "node:crypto";
import { digest } from "../auth/schemes/digest.js";
import type { SignedText } from "../auth/signature/signed-content.js";
import { refuse } from "../core/auth.js";
import { dottedAll, json } from "../core/field.js";
import { memberOf } from "../core/read-field.js";
import type { FinishReply } from "../core/reply.js";
import { parseJson } from "../lib/json.js";
import type { EventRow } from "../sender/sender.js";
import { senderFactory } from "./shared/factory.js";
import { ANY, DECIMAL, DIGITS, type JoinedMember, joinMembers } from "./shared/joined-members.js";
import type { SecretSender } from "./shared/options.js";

const SIGNATURE = "gt-authentication";
const REPLY_SIGNATURE = "external-request-signature";
/** Upper case, so that a status before a time is no currency before an amount: a subscription is no payment. */
const CURRENCY = /^[A-Z]{3,6}$/;
/** 1 to 15 digits: Unix seconds. */
const TIME = /^\d{1,15}$/;
const PAYMENT_MEMBERS: readonly JoinedMember[] = [
  ["merchant_id", ANY],
  ["application_key", ANY],
  ["timestamp", TIME],
  ["customer.customer_token", ANY],
  ["session.order_id", ANY],
  ["transaction.tid", DIGITS],
  ["transaction.currency", CURRENCY],
  ["transaction.amount", DECIMAL],
];
/** Where nothing was converted all three may be missing. */
const CONVERSION: readonly JoinedMember[] = [
  ["transaction.conversion_rate", DECIMAL],
  ["transaction.processed_currency", CURRENCY],
  ["transaction.processed_amount", DECIMAL],
];
const SUBSCRIPTION_MEMBERS: readonly JoinedMember[] = [
  ["event", /^[A-Za-z]\w*$/],
  ["merchant_id", ANY],
  ["application_key", ANY],
  ["cid", ANY],
  ["plan_id", ANY],
  ["subscription_id", ANY],
  ["subscription_status", ANY],
  ["timestamp", TIME],
];
const MAX_BODY_BYTES = 1_048_576;
const UNREADABLE = /* @__PURE__ */ refuse(
  "bad_credentials",
  "the body is not JSON of at most 1 MiB, or a signed member is missing or not written as Praxis writes it",
);

const VALUES: SignedText = {
  covers: {
    body: false,
    method: false,
    url: false,
    headers: [],
    // Of a payment `event` is not signed, but there is none: its presence makes it a subscription's.
    fields: /* @__PURE__ */ namesOf([...PAYMENT_MEMBERS, ...CONVERSION, ...SUBSCRIPTION_MEMBERS]),
  },
  texts({ body }) {
    const parsed = body.length > MAX_BODY_BYTES ? undefined : parseJson(body);
    if (!parsed?.ok) return UNREADABLE;
    const text = joinMembers(parsed.value, membersOf(parsed.value));
    return text === undefined ? UNREADABLE : [text];
  },
};

function namesOf(members: readonly JoinedMember[]): readonly string[] {
  return [...new Set(members.map(([name]) => name))];
}

function membersOf(payload: unknown): readonly JoinedMember[] {
  if (memberOf(payload, "event") !== undefined) return SUBSCRIPTION_MEMBERS;
  const isConverted = CONVERSION.some(([name]) => (memberOf(payload, name) ?? null) !== null);
  return isConverted ? [...PAYMENT_MEMBERS, ...CONVERSION] : PAYMENT_MEMBERS;
}

/** What is hashed of an answer. It is made as deliveries' hashes are, and no delivery has digits alone. */
const REPLY_TEXT = /0\d{1,15}/;

/**
 * Status 0, the time, and the hash of both with the secret. A handler's own reply stays. A duplicate gets it without the
 * hash: whoever replays a delivery would else get a new one each time.
 */
const signed: FinishReply = (reply, { proof, nowMs, isDuplicate }) => {
  if (reply.body.length > 0 || proof.signReply === undefined) return reply;
  const { headers, body } = answerOf(nowMs, proof.signReply);
  const { [REPLY_SIGNATURE]: _hash, ...unsigned } = headers;
  return { status: reply.status, headers: isDuplicate ? unsigned : headers, body };
};

function answerOf(
  nowMs: number,
  hashOf: (text: string) => string,
): { readonly headers: Readonly<Record<string, string>>; readonly body: string } {
  const timestamp = Math.floor(nowMs / 1000);
  return {
    headers: { "content-type": "application/json", [REPLY_SIGNATURE]: hashOf(`0${timestamp}`) },
    body: JSON.stringify({ status: 0, description: "Ok", timestamp }),
  };
}

/** A transaction reaches each state once; the state itself is not signed. */
const PAYMENT: EventRow = {
  id: /* @__PURE__ */ dottedAll(
    /* @__PURE__ */ json("transaction.tid"),
    /* @__PURE__ */ json("transaction.transaction_status"),
  ),
  type: /* @__PURE__ */ json("transaction.transaction_status"),
  timestamp: /* @__PURE__ */ json("timestamp", "unix-seconds"),
};
const SUBSCRIPTION: EventRow = {
  type: /* @__PURE__ */ json("event"),
  timestamp: /* @__PURE__ */ json("timestamp", "unix-seconds"),
};

/** Praxis Cashier's notifications. Types are the transaction's status (`approved`), or of subscriptions the body's `event`. */
export const praxis: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "praxis",
  name: "praxis",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: digest({
      secret,
      algorithm: "sha384",
      signed: VALUES,
      secretAt: "end",
      signature: { header: SIGNATURE, encoding: "hex" },
      signsReplies: REPLY_TEXT,
    }),
    event: (_delivery, payload) => (memberOf(payload, "event") === undefined ? PAYMENT : SUBSCRIPTION),
    retriesChange: ["timestamp"],
    reply: { successStatuses: [200], finish: signed, honoursRetryAfter: false, unsubscribes: [] },
  }),
});

/**
 * The signed answer that Praxis wants, for a route of your own behind `receiver.guard`. The receiver gives it by itself.
 *
 * @param secret - The merchant secret.
 * @param nowMs - Milliseconds since the epoch. Default: now.
 * @throws {TypeError} When the secret is missing.
 * @example const { headers, body } = praxisReply(process.env.PRAXIS_SECRET);
 */
export function praxisReply(
  secret: string | undefined,
  nowMs: number = Date.now(),
): { readonly headers: Readonly<Record<string, string>>; readonly body: string } {
  if (typeof secret !== "string" || secret === "") {
    throw new TypeError("praxisReply: secret must be the merchant secret; is its environment variable set?");
  }
  return answerOf(nowMs, (text) => createHash("sha384").update(`${text}${secret}`).digest("hex"));
}
