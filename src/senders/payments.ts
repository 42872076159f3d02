// Stripe and Shopify: plain HMAC over the body.
import { mac } from "../auth/mac.js";
import { param } from "../auth/signature.js";
import type { AnyEvents, EventMap } from "../event.js";
import { dotted, dottedAll, header, json } from "../field.js";
import { refuseUnknownKeys } from "../internal/known-keys.js";
import { defineSender, type EventRow, type Sender } from "../sender.js";
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

const SHOPIFY_TOPIC = header("x-shopify-topic");
const SHOPIFY_TIME = header("x-shopify-triggered-at", "rfc3339");
/** One cause may fire several topics under one event id, so the topic belongs to the id. */
const SHOPIFY_CAUSE: EventRow = {
  id: dottedAll(SHOPIFY_TOPIC, header("x-shopify-event-id")),
  type: SHOPIFY_TOPIC,
  timestamp: SHOPIFY_TIME,
};
/** Older deliveries carry only the webhook's own id. */
const SHOPIFY_WEBHOOK: EventRow = { id: header("x-shopify-webhook-id"), type: SHOPIFY_TOPIC, timestamp: SHOPIFY_TIME };
/** "Events", a developer preview: topic and action are in the signed body too. */
const SHOPIFY_EVENTS: EventRow = {
  id: header("shopify-webhook-id"),
  type: dotted(json("topic"), json("action")),
  timestamp: header("shopify-triggered-at", "rfc3339"),
};

/**
 * Shopify's webhooks, under `X-Shopify-*` names or the newer `Shopify-*`. Types are topics: `orders/create`; of the newer
 * ones topic and action: `Product.create`.
 *
 * Shape:   `X-Shopify-Hmac-Sha256: <base64, 44 chars>` over the body
 * Source:  shopify-app-js, packages/apps/shopify-api; test/vectors/senders.json.
 * Promise: the body comes from a holder of the app's client secret. Not promised: topic, shop, ids and time are headers,
 *          and none of them is signed (the newer kind has topic and action in the body). The same body under another id
 *          is reported, or refused with `dedupe: { replay: "suppress" }`.
 *
 * @param options.secret - The app's client secret.
 * @throws {TypeError} When the secret is missing or malformed.
 * @example createReceiver(shopify({ secret: process.env.SHOPIFY_CLIENT_SECRET })).on("orders/create", handler)
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
    event({ headers }) {
      if (headers.get("shopify-hmac-sha256") !== undefined) return SHOPIFY_EVENTS;
      return headers.get("x-shopify-event-id") === undefined ? SHOPIFY_WEBHOOK : SHOPIFY_CAUSE;
    },
    // Eight retries within four hours; a subscription made by the Admin API is then removed.
    reply: { timeLimitSeconds: 5, retryHorizonSeconds: 4 * 3_600, honoursRetryAfter: false, unsubscribes: [] },
  });
}
