// Stripe and Shopify: plain HMAC over the body.
import { mac } from "../auth/mac.js";
import { param } from "../auth/signature.js";
import type { AnyEvents, EventMap } from "../event.js";
import { header, json } from "../field.js";
import { refuseUnknownKeys } from "../internal/known-keys.js";
import { defineSender, type Sender } from "../sender.js";
import type { SecretOptions } from "./standard-webhooks.js";

/** What every Stripe event has. Thin events have `related_object` instead of `data`. */
export interface StripeEnvelope {
  id: string;
  type: string;
  data: { object: Record<string, unknown> };
}

/**
 * Stripe's snapshot and thin events. Give your SDK's types for strict ones: `stripe<Stripe.Event>({ secret })`.
 *
 * Shape:   `Stripe-Signature: t=<unix seconds>,v1=<lower-case hex, 64 chars>[,v1=…]` over `<t>.<body>`
 * Source:  stripe-node, src/Webhooks.ts; test/vectors/senders.json.
 * Promise: time and body, and with it id and type, come from a holder of the secret. The tolerance holds both ways, where
 *          Stripe's own library lets future times pass. Not promised: order; and a thin event's object must be fetched.
 *
 * @param options.secret - The endpoint's `whsec_…`, whole: it is used as text, not decoded.
 * @throws {TypeError} When the secret is missing or malformed.
 * @example createReceiver(stripe({ secret: process.env.STRIPE_WEBHOOK_SECRET }))
 */
export function stripe<Events = AnyEvents<StripeEnvelope>>(options: SecretOptions): Sender<EventMap<Events>> {
  refuseUnknownKeys("stripe", options, ["secret"]);
  return defineSender<Events>({
    name: "stripe",
    auth: mac({
      secret: options.secret,
      signed: "{timestamp}.{body}",
      timestamp: param("t", "unix-seconds"),
      signature: { header: "stripe-signature", encoding: "hex", form: { pairs: "v1" } },
    }),
    event: { id: json("id"), type: json("type"), timestamp: json("created", "unix-seconds") },
    // Three days of retries in live mode (unconfirmed); the time limit is not published.
    reply: { retryHorizonSeconds: 3 * 86_400, honoursRetryAfter: false, unsubscribes: [] },
    addresses: { url: "https://stripe.com/files/ips/ips_webhooks.json", at: "WEBHOOKS" },
  });
}

/**
 * Shopify's webhooks, under `X-Shopify-*` names or the newer `Shopify-*`. Types are topics: `orders/create`.
 *
 * Shape:   `X-Shopify-Hmac-Sha256: <base64, 44 chars>` over the body
 * Source:  shopify-app-js, packages/apps/shopify-api; test/vectors/senders.json.
 * Promise: the body comes from a holder of the app's client secret. Not promised: topic, shop, ids and time are headers,
 *          and none of them is signed. The same body under another id is reported.
 *
 * @throws {TypeError} When the secret is missing or malformed.
 */
export function shopify<Events = AnyEvents>(options: SecretOptions): Sender<EventMap<Events>> {
  refuseUnknownKeys("shopify", options, ["secret"]);
  return defineSender<Events>({
    name: "shopify",
    auth: mac({
      secret: options.secret,
      families: ["x-shopify", "shopify"],
      signature: { header: "*-hmac-sha256", encoding: "base64" },
    }),
    event(delivery) {
      const family = delivery.headers.get("shopify-hmac-sha256") === undefined ? "x-shopify" : "shopify";
      // The event's id names the cause and stays over retries; older deliveries carry only the webhook's.
      const isNamed = delivery.headers.get(`${family}-event-id`) !== undefined;
      return {
        id: header(`${family}-${isNamed ? "event" : "webhook"}-id`),
        type: header(`${family}-topic`),
        timestamp: header(`${family}-triggered-at`, "rfc3339"),
      };
    },
    // Eight retries within four hours, then the subscription is removed (unconfirmed).
    reply: { timeLimitSeconds: 5, retryHorizonSeconds: 4 * 3_600, honoursRetryAfter: false, unsubscribes: [] },
  });
}
