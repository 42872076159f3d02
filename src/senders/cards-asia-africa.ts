// Razorpay, Cashfree, Paystack, Smile: HMAC over the body, with or without a time.
import { mac } from "../auth/schemes/hmac.js";
import { dottedAll, header, json, memberOf } from "../core/field.js";
import type { EventRow } from "../sender/sender.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** The third-party notes that several rows draw on; each note names the vendor's own pages. */
const NOTES = "hookdeck/webhook-skills, providers.yaml @00ad8d05";

/** Razorpay's webhooks. Types are the body's `event`: `payment.captured`, `order.paid`. */
export const razorpay: SecretSender = senderFactory({
  factory: "razorpay",
  name: "razorpay",
  title: "Razorpay",
  credential: "Dashboard → Settings → Webhooks → the secret you chose there. Used as text.",
  proof: "`X-Razorpay-Signature: <lower-case hex, 64 chars>`: HMAC-SHA256 over the body.",
  exampleType: "payment.captured",
  retries: "For 24 hours with growing intervals; then the webhook is disabled. By hand for seven days.",
  notes: [
    "`x-razorpay-event-id` is a header, and the signature does not cover it.",
    "A retry of an old event is signed with the secret of its day: give the old secret too for a day after changing it. A replay by hand is signed with the present one.",
  ],
  sources: [
    "github.com/razorpay/razorpay-python@b56ac018bf, tests",
    "razorpay.com/docs/webhooks/validate-test",
    "razorpay.com/docs/webhooks/best-practices: 24 hours, then disabled",
    "razorpay.com/docs/webhooks/replay-events: by hand, for seven days",
  ],
  unconfirmed: ["5 s time limit", "that `x-razorpay-event-id` is always sent"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({ secret, signature: { header: "x-razorpay-signature", encoding: "hex" } }),
    event: {
      id: header("x-razorpay-event-id"),
      type: json("event"),
      timestamp: json("created_at", "unix-seconds"),
    },
    reply: { timeLimitSeconds: 5, retryHorizonSeconds: 7 * 86_400, honoursRetryAfter: false, unsubscribes: [] },
  }),
});

/** A payment has each outcome once; other kinds of events have nothing that names them. */
const CASHFREE_PAYMENT: EventRow = {
  id: dottedAll(json("type"), json("data.payment.cf_payment_id")),
  type: json("type"),
  timestamp: json("event_time", "rfc3339"),
};
const CASHFREE: EventRow = { type: json("type"), timestamp: json("event_time", "rfc3339") };

/** Cashfree's payment gateway webhooks. Types are `PAYMENT_SUCCESS_WEBHOOK`, `REFUND_STATUS_WEBHOOK`, … */
export const cashfree: SecretSender = senderFactory({
  factory: "cashfree",
  name: "cashfree",
  title: "Cashfree Payments",
  credential: "The client secret of the API keys. Used as text.",
  proof: "`x-webhook-signature: <base64, 44 chars>`: HMAC-SHA256 over `<x-webhook-timestamp><body>`.",
  exampleType: "PAYMENT_SUCCESS_WEBHOOK",
  events:
    "type `type` of the body; id type and `data.payment.cf_payment_id` of events about a payment, all of it signed; others have none, and are not deduped.",
  notes: ["The signed time is not judged: whether a retry is signed anew is not documented."],
  sources: ["cashfree.com/docs, webhook signature verification"],
  unconfirmed: ["milliseconds as the unit of `x-webhook-timestamp`", "the time limit, the retries and their horizon"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({
      secret,
      signed: "{timestamp}{body}",
      timestamp: header("x-webhook-timestamp", "unix-milliseconds"),
      signature: { header: "x-webhook-signature", encoding: "base64" },
    }),
    event: (_delivery, payload) =>
      memberOf(payload, "data.payment.cf_payment_id") === undefined ? CASHFREE : CASHFREE_PAYMENT,
    toleranceSeconds: null,
    reply: { honoursRetryAfter: false, unsubscribes: [] },
  }),
});

/** What happens to one object once, so that name and object are the event. Reminders and updates come again, and are other events. */
const PAYSTACK_ONCE: ReadonlySet<unknown> = new Set([
  "charge.success",
  "charge.dispute.create",
  "charge.dispute.resolve",
  "refund.failed",
  "refund.processed",
  "subscription.create",
  "transfer.failed",
  "transfer.reversed",
  "transfer.success",
]);
const PAYSTACK_NAMED: EventRow = { id: dottedAll(json("event"), json("data.id")), type: json("event") };
const PAYSTACK: EventRow = { type: json("event") };

/** Paystack's webhooks. Types are the body's `event`: `charge.success`, `transfer.failed`. */
export const paystack: SecretSender = senderFactory({
  factory: "paystack",
  name: "paystack",
  title: "Paystack",
  credential:
    "Dashboard → Settings → API Keys & Webhooks → Secret Key (`sk_live_…`): there is no other one for webhooks.",
  proof: "`x-paystack-signature: <lower-case hex, 128 chars>`: HMAC-SHA512 over the body.",
  exampleType: "charge.success",
  events:
    "type `event` of the body. There is no id of the event; where an object reaches a state once (`charge.success`, `transfer.failed`, …), type and `data.id` are the id, both signed. Others are not deduped.",
  retries:
    "Live every 3 minutes for the first 4 tries, then hourly for up to 72 hours; in test mode hourly for 10 hours.",
  notes: ["Sent from 52.31.139.75, 52.49.173.169 and 52.214.14.220.", "Success is exactly 200."],
  sources: [`${NOTES}: paystack`, "paystack.com/docs/payments/webhooks"],
  unconfirmed: [
    "that `data.id` is there in all events of the kinds that happen once; where it is missing there is no dedupe",
  ],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({ secret, algorithm: "sha512", signature: { header: "x-paystack-signature", encoding: "hex" } }),
    event: (_delivery, payload) =>
      PAYSTACK_ONCE.has(memberOf(payload, "event")) && memberOf(payload, "data.id") !== undefined
        ? PAYSTACK_NAMED
        : PAYSTACK,
    reply: {
      successStatuses: [200],
      timeLimitSeconds: 30,
      retryHorizonSeconds: 73 * 3_600,
      honoursRetryAfter: false,
      unsubscribes: [],
    },
  }),
});

/** Smile API's webhooks (getsmileapi.com). Types are `ACCOUNT_CONNECTED`, `TASK_FINISHED`, … */
export const smile: SecretSender = senderFactory({
  factory: "smile",
  name: "smile",
  title: "Smile API",
  credential: "The secret given when the webhook was registered. Used as text.",
  proof: "`Smile-Signature: <lower-case hex, 128 chars>`: HMAC-SHA512 over the body.",
  exampleType: "ACCOUNT_CONNECTED",
  retries: "Up to two more times, a few dozen seconds apart.",
  notes: ["This is neither Smile.io nor Smile ID.", "Sent from 18.142.61.230."],
  sources: [`${NOTES}: smile`, "docs.getsmileapi.com/reference/webhooks"],
  unconfirmed: ["the time limit"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({ secret, algorithm: "sha512", signature: { header: "smile-signature", encoding: "hex" } }),
    event: { id: json("id"), type: json("type") },
    reply: { retryHorizonSeconds: 3_600, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
