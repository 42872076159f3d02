// Verifies Praxis Cashier's deliveries and locates their events.
import { createHash } from "node:crypto";
import { digest } from "../auth/schemes/digest.js";
import type { SignedText } from "../auth/signature/signed-content.js";
import { refuse } from "../core/auth.js";
import { dottedAll, json, memberOf } from "../core/field.js";
import type { FinishReply } from "../core/reply.js";
import { parseJson } from "../lib/json.js";
import type { EventRow } from "../sender/sender.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

const SIGNATURE = "gt-authentication";
const REPLY_SIGNATURE = "external-request-signature";
const PAYMENT_MEMBERS = [
  "merchant_id",
  "application_key",
  "timestamp",
  "customer.customer_token",
  "session.order_id",
  "transaction.tid",
  "transaction.currency",
  "transaction.amount",
  "transaction.conversion_rate",
  "transaction.processed_currency",
  "transaction.processed_amount",
];
const SUBSCRIPTION_MEMBERS = [
  "event",
  "merchant_id",
  "application_key",
  "cid",
  "plan_id",
  "subscription_id",
  "subscription_status",
  "timestamp",
];
const MAX_BODY_BYTES = 1_048_576;
const UNREADABLE = /* @__PURE__ */ refuse(
  "bad_credentials",
  "the body is not JSON of at most 1 MiB, or a signed member has no one text",
);

const VALUES: SignedText = {
  covers: {
    body: false,
    method: false,
    url: false,
    headers: [],
    // Of a payment `event` is not signed, but there is none: its presence makes it a subscription's.
    fields: [.../* @__PURE__ */ new Set([...PAYMENT_MEMBERS, ...SUBSCRIPTION_MEMBERS])],
  },
  texts({ body }) {
    const parsed = body.length > MAX_BODY_BYTES ? undefined : parseJson(body);
    if (!parsed?.ok) return UNREADABLE;
    const members = memberOf(parsed.value, "event") === undefined ? PAYMENT_MEMBERS : SUBSCRIPTION_MEMBERS;
    let text = "";
    for (const name of members) {
      const value = memberOf(parsed.value, name) ?? "";
      if (typeof value !== "string" && !Number.isSafeInteger(value)) return UNREADABLE;
      text += value;
    }
    return [text];
  },
};

/** Status 0, the time, and the hash of both with the secret. A handler's own answer stays. */
const signed: FinishReply = (reply, { proof, nowMs }) =>
  reply.body.length > 0 || proof.signReply === undefined
    ? reply
    : { status: reply.status, ...answerOf(nowMs, proof.signReply) };

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
      signsReplies: true,
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
