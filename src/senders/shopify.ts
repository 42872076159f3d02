// Shopify: HMAC over the body, under one of two sets of header names.
import { mac } from "../auth/schemes/hmac.js";
import { dotted, dottedAll, header, json } from "../core/field.js";
import type { EventRow } from "../sender/sender.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

const TOPIC = header("x-shopify-topic");
const TIME = header("x-shopify-triggered-at", "rfc3339");
/** One cause may fire several topics under one event id, so the topic belongs to the id. */
const CAUSE: EventRow = {
  id: dottedAll(TOPIC, header("x-shopify-event-id")),
  type: TOPIC,
  timestamp: TIME,
};
/** Older deliveries carry only the webhook's own id. */
const WEBHOOK: EventRow = { id: header("x-shopify-webhook-id"), type: TOPIC, timestamp: TIME };
/** "Events", a developer preview: topic and action are in the signed body too. */
const EVENTS: EventRow = {
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
 * @example createReceiver(shopify({ secret: process.env.CLIENT_SECRET })).on("orders/create", handler)
 */
export const shopify: SecretSender = senderFactory({
  factory: "shopify",
  name: "shopify",
  title: "Shopify",
  credential:
    "the app's client secret (Partner Dashboard → the app → Client credentials). For webhooks made in a shop's admin, the secret shown below the list there. Used as text.",
  proof: "`X-Shopify-Hmac-Sha256: <base64>`, or `Shopify-Hmac-Sha256` of the newer kind: HMAC-SHA256 over the body.",
  exampleType: "orders/create",
  events:
    'type: `X-Shopify-Topic` (not signed), `orders/create`. Id: topic and `X-Shopify-Event-Id` (not signed), joined by a dot. That header names the cause, and one cause may fire several topics; two subscriptions to one topic then are one event. Deliveries without it are deduped by `X-Shopify-Webhook-Id` (not signed). The newer "Events" (developer preview) come under `Shopify-*` names: type `Product.create`, topic and action of the signed body; id `Shopify-Webhook-Id` (not signed).',
  retries: "8 times over 4 hours; a subscription made by the Admin API is then removed.",
  notes: [
    "**Not signed: topic, shop, ids and time**, all of them headers. Whoever saw a delivery could send its body again under another topic or as another shop. Take the shop from the payload where it has one; a schema per topic catches most changed topics.",
    'The same body under another id is reported as `replay_suspected`, or refused with `dedupe: { replay: "suppress" }`.',
    "Headers of both sets of names at once are refused.",
    "That an event id stays the same over retries is Shopify's [advice](https://shopify.dev/docs/apps/build/webhooks/ignore-duplicates); whether topics share one or not, the id is safe either way.",
  ],
  sources: [
    "github.com/Shopify/shopify-app-js@ef2043d4a8, packages/apps/shopify-api",
    'shopify.dev, "Webhooks" and "Events"',
    "shopify.dev/docs/apps/build/webhooks/subscribe/https: 5 seconds in all, 1 to connect; 8 retries over 4 hours",
    "shopify.dev/docs/apps/build/webhooks/ignore-duplicates: `X-Shopify-Event-Id` ties deliveries of one action together",
  ],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({
      secret,
      families: ["x-shopify", "shopify"],
      signature: { header: "*-hmac-sha256", encoding: "base64" },
    }),
    event({ headers }) {
      if (headers.get("shopify-hmac-sha256") !== undefined) return EVENTS;
      return headers.get("x-shopify-event-id") === undefined ? WEBHOOK : CAUSE;
    },
    reply: { timeLimitSeconds: 5, retryHorizonSeconds: 4 * 3_600, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
