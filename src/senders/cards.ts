// Square, Checkout.com, Airwallex, Revolut, Solidgate: HMAC, each over a text of its own.

import type { Secrets } from "../auth/keys/secrets.js";
import { mac } from "../auth/schemes/hmac.js";
import { header, json } from "../core/field.js";
import { type SenderFactory, senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** The third-party notes that several rows draw on; each note names the vendor's own pages. */
const NOTES = "hookdeck/webhook-skills, providers.yaml @00ad8d05";

/** Square's webhooks. Types are `payment.updated`, `refund.created`, … Needs `publicUrl`. */
export const square: SecretSender = senderFactory({
  factory: "square",
  name: "square",
  title: "Square",
  credential:
    "Developer Dashboard → the application → Webhooks → Subscriptions → Signature Key. Used as text, not decoded.",
  proof:
    "`x-square-hmacsha256-signature: <base64, 44 chars>`: HMAC-SHA256 over `<notification URL><body>`, the URL exactly as registered.",
  exampleType: "payment.updated",
  retries:
    "Eleven times within 24 hours, after 1 minute at first and 8 hours at last, with `square-retry-number` and `square-retry-reason`.",
  notes: ["No time is signed; the id that dedupe goes by, `event_id`, is."],
  sources: [
    "github.com/square/square-nodejs-sdk@c58c6e097a, src/wrapper/WebhooksHelper.ts",
    "developer.squareup.com/docs/webhooks, as quoted in several repositories: the schedule",
  ],
  unconfirmed: ["10 s time limit"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({
      secret,
      signed: "{url}{body}",
      signature: { header: "x-square-hmacsha256-signature", encoding: "base64" },
    }),
    event: {
      id: json("event_id"),
      type: json("type"),
      timestamp: json("created_at", "rfc3339"),
      attempt: header("square-retry-number"),
    },
    reply: { timeLimitSeconds: 10, retryHorizonSeconds: 86_400, honoursRetryAfter: false, unsubscribes: [] },
  }),
});

/** Checkout.com's webhooks. Types are `payment_approved`, `payment_captured`, … */
export const checkoutCom: SecretSender = senderFactory({
  factory: "checkoutCom",
  name: "checkout-com",
  title: "Checkout.com",
  credential: "Dashboard → Developers → Webhooks → the workflow's Signature Key. Used as text.",
  proof: "`Cko-Signature: <lower-case hex, 64 chars>`: HMAC-SHA256 over the body.",
  exampleType: "payment_approved",
  retries: "Eight more times, over about 28 hours.",
  notes: ["The `Authorization` header that can be set beside the signature key is not looked at."],
  sources: [
    "the shape table of the sender list, from vendor documentation at second hand",
    "checkout.com/docs/workflows/set-up-your-webhook-receiver: `Cko-Signature`, hex",
  ],
  unconfirmed: ["the time limit of 10 s and the retries", "that `id` stays the same over attempts"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({ secret, signature: { header: "cko-signature", encoding: "hex" } }),
    event: { id: json("id"), type: json("type"), timestamp: json("created_on", "rfc3339") },
    reply: { timeLimitSeconds: 10, retryHorizonSeconds: 2 * 86_400, honoursRetryAfter: false, unsubscribes: [] },
    privateHeaders: ["authorization"],
  }),
});

/** Airwallex' webhooks. Types are the body's `name`: `payment_intent.succeeded`, `refund.settled`. */
export const airwallex: SecretSender = senderFactory({
  factory: "airwallex",
  name: "airwallex",
  title: "Airwallex",
  credential: "Web app → Settings → Developer → Webhooks → the URL's own secret. Used as text.",
  proof:
    "`x-signature: <lower-case hex, 64 chars>`: HMAC-SHA256 over `<x-timestamp><body>`; `x-timestamp` is in milliseconds.",
  exampleType: "payment_intent.succeeded",
  retries: "Over about three days after anything but 2xx, with the same `id`.",
  notes: ["The type is in `name`, not in `type`."],
  sources: [`${NOTES}: airwallex`, "airwallex.com/docs, payload examples"],
  unconfirmed: ["the time limit", "how old `x-timestamp` may be: the vendor names no window"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({
      secret,
      signed: "{timestamp}{body}",
      timestamp: header("x-timestamp", "unix-milliseconds"),
      signature: { header: "x-signature", encoding: "hex" },
    }),
    event: { id: json("id"), type: json("name"), timestamp: json("created_at", "rfc3339") },
    reply: { retryHorizonSeconds: 3 * 86_400, honoursRetryAfter: false, unsubscribes: [] },
    privateHeaders: ["client-secret-key"],
  }),
});

/** Revolut's merchant and business webhooks. Types are the body's `event`: `ORDER_COMPLETED`. */
export const revolut: SecretSender = senderFactory({
  factory: "revolut",
  name: "revolut",
  title: "Revolut",
  credential: "The signing secret that the API answers when the webhook is made: `wsk_…`, used whole, as text.",
  proof:
    "`Revolut-Signature: v1=<hex>[,v1=<hex>]`: HMAC-SHA256 over `v1.<Revolut-Request-Timestamp>.<body>`; the time is in milliseconds.",
  exampleType: "ORDER_COMPLETED",
  retries: "Three more times, ten minutes apart.",
  notes: [
    "There is no id of the event, so nothing is deduped: handle `order_id` and `event` so that twice does no harm.",
    "While the secret is rotated, both signatures come; one that fits is enough.",
    "Sent from 35.246.21.235 and 34.89.70.170 (sandbox: 35.242.130.242, 35.242.162.241).",
  ],
  sources: ["developer.revolut.com, verify the payload signature", `${NOTES}: revolut`],
  unconfirmed: ["the time limit"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({
      secret,
      signed: "v1.{timestamp}.{body}",
      timestamp: header("revolut-request-timestamp", "unix-milliseconds"),
      signature: { header: "revolut-signature", encoding: "hex", form: { list: "v1=", separator: "," } },
    }),
    event: { type: json("event"), timestamp: json("timestamp", "rfc3339") },
    reply: { retryHorizonSeconds: 3_600, honoursRetryAfter: false, unsubscribes: [] },
  }),
});

export interface SolidgateOptions {
  /** The webhook public key, `wh_pk_…`: it is part of the signed text. */
  readonly publicKey: string | undefined;
  /** The webhook secret key, `wh_sk_…`. */
  readonly secret: Secrets;
}

/** Solidgate's webhooks. Types are a header: `card_gate.order.updated`. */
export const solidgate: SenderFactory<SolidgateOptions> = senderFactory({
  factory: "solidgate",
  name: "solidgate",
  title: "Solidgate",
  credential:
    "Hub → Developers: the pair of webhook keys, `wh_pk_…` and `wh_sk_…` (not those of the API). Both are used as text.",
  proof:
    "`signature: <base64 of 128 lower-case hex digits>`: HMAC-SHA512 over `<public key><body><public key>`, of which the hex text is encoded again.",
  exampleType: "card_gate.order.updated",
  retries: "After 15 and 30 min, 1, 2, 4, 8, 16 and 24 h.",
  notes: ["`solidgate-event-id` and `solidgate-event-type` are headers, and the signature covers neither."],
  sources: [`${NOTES}: solidgate`, "docs.solidgate.com/payments/integrate/webhooks"],
  unconfirmed: ["whether `solidgate-event-id` stays the same over attempts"],
  options: ["publicKey", "secret"],
  define({ publicKey, secret }) {
    if (typeof publicKey !== "string" || !/^[\w-]+$/.test(publicKey)) {
      throw new TypeError('solidgate: publicKey must be the webhook public key, "wh_pk_…"');
    }
    return {
      auth: mac({
        secret,
        algorithm: "sha512",
        signed: `${publicKey}{body}${publicKey}`,
        signature: { header: "signature", encoding: "base64-of-hex" },
      }),
      event: { id: header("solidgate-event-id"), type: header("solidgate-event-type") },
      reply: { timeLimitSeconds: 30, retryHorizonSeconds: 56 * 3_600, honoursRetryAfter: false, unsubscribes: [] },
    };
  },
});
