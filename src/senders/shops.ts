// WooCommerce, Shopline, Commerce Layer, FastSpring, ShipHero, Picqer: shops and their warehouses.
import { mac } from "../auth/schemes/hmac.js";
import { header, json } from "../core/field.js";
import { parseForm } from "../lib/form.js";
import type { Handshake } from "../sender/sender.js";
import { senderFactory } from "./shared/factory.js";
import { okText } from "./shared/handshakes.js";
import type { SecretSender } from "./shared/options.js";

const DAY_SECONDS = 86_400;
const MAX_PING_BYTES = 64;

/** When a webhook is saved: an unsigned form that holds the webhook's number and nothing else. */
const WOOCOMMERCE_PING: Handshake = {
  name: "ping",
  methods: ["POST"],
  isUnsigned: true,
  answer({ headers, body }) {
    if (headers.get("x-wc-webhook-signature") !== undefined || body.length > MAX_PING_BYTES) return undefined;
    const form = parseForm(body.toString("latin1"));
    if (!form.ok || Object.keys(form.value).length !== 1 || !/^\d{1,15}$/.test(String(form.value.webhook_id))) {
      return undefined;
    }
    return okText("");
  },
};

/** WooCommerce's webhooks. Types are topics: `order.created`. */
export const woocommerce: SecretSender = senderFactory({
  factory: "woocommerce",
  name: "woocommerce",
  title: "WooCommerce",
  credential: "WooCommerce → Settings → Advanced → Webhooks → the webhook → Secret. Used as text.",
  proof: "`X-WC-Webhook-Signature: <base64, 44 chars>`: HMAC-SHA256 over the body.",
  exampleType: "order.created",
  retries: "Not the same delivery; five failures in a row disable the webhook.",
  notes: [
    "Topic and delivery id are headers, and the signature covers neither.",
    "The ping that comes when a webhook is saved is an unsigned form with its number; it is answered, and nothing of it is kept.",
  ],
  sources: [
    "https://developer.woocommerce.com/docs/webhooks/",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: woocommerce",
  ],
  unconfirmed: [
    "time limit",
    "that five failures disable it",
    "that the delivery id stays the same when it is sent again",
  ],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({ secret, signature: { header: "x-wc-webhook-signature", encoding: "base64" } }),
    body: { "application/json": "json", "application/x-www-form-urlencoded": "form" },
    event: { id: header("x-wc-webhook-delivery-id"), type: header("x-wc-webhook-topic") },
    handshakes: [WOOCOMMERCE_PING],
    reply: { retries: false, honoursRetryAfter: false, unsubscribes: [] },
  }),
});

/** Shopline's webhooks (Open Platform). Types are topics: `orders/create`. */
export const shopline: SecretSender = senderFactory({
  factory: "shopline",
  name: "shopline",
  title: "Shopline",
  credential: "Developer Center → your app → App credentials → App secret. Used as text.",
  proof:
    "`X-Shopline-Hmac-Sha256: <lower-case hex, 64 chars>`: HMAC-SHA256 over the body. Hex, though the documentation shows base64.",
  exampleType: "orders/create",
  retries: "Up to 19 times within 48 hours; then the subscription is removed.",
  notes: ["Topic, shop and ids are headers, and the signature covers none of them."],
  sources: [
    "https://developer.shopline.com/docs/apps/api-instructions-for-use/webhooks/overview/",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: shopline",
  ],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({ secret, signature: { header: "x-shopline-hmac-sha256", encoding: "hex" } }),
    event: { id: header("x-shopline-webhook-id"), type: header("x-shopline-topic") },
    reply: { timeLimitSeconds: 5, retryHorizonSeconds: 3 * DAY_SECONDS, honoursRetryAfter: false, unsubscribes: [] },
  }),
});

/** Commerce Layer's webhooks. Types are topics: `orders.place`. */
export const commerceLayer: SecretSender = senderFactory({
  factory: "commerceLayer",
  name: "commerce-layer",
  title: "Commerce Layer",
  credential: "The webhook's `shared_secret`, as the API answers it. Used as text.",
  proof: "`X-CommerceLayer-Signature: <base64, 44 chars>`: HMAC-SHA256 over the body.",
  exampleType: "orders.place",
  retries: "Up to ten times; 30 failures in a row open a circuit breaker that must be reset by hand.",
  notes: [
    "The topic is a header, and the signature does not cover it. `data.id` names the order, not the event, so nothing is deduped.",
  ],
  sources: [
    "https://docs.commercelayer.io/core/callbacks-security",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: commercelayer",
  ],
  unconfirmed: ["how far apart the retries are", "that there is no id"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({ secret, signature: { header: "x-commercelayer-signature", encoding: "base64" } }),
    body: { "application/vnd.api+json": "json", "application/json": "json" },
    event: { type: header("x-commercelayer-topic") },
    reply: { timeLimitSeconds: 5, honoursRetryAfter: false, unsubscribes: [] },
  }),
});

/** FastSpring's webhooks. Types are `order.completed`, `subscription.activated`. */
export const fastspring: SecretSender = senderFactory({
  factory: "fastspring",
  name: "fastspring",
  title: "FastSpring",
  credential:
    "Developer Tools → Webhooks → Configuration → HMAC SHA256 Secret. Used as text. Without one, nothing is signed.",
  proof: "`X-FS-Signature: <base64, 44 chars>`: HMAC-SHA256 over the body.",
  exampleType: "order.completed",
  retries: "Until it hears a 200. Retries by itself keep the id; those by hand get a new one.",
  notes: ["A batch: `events[]`. Only 200 is success."],
  sources: [
    "https://developer.fastspring.com/reference/message-security",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: fastspring",
  ],
  unconfirmed: ["how long it retries", "time limit"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({ secret, signature: { header: "x-fs-signature", encoding: "base64" } }),
    event: {
      each: "events",
      id: json("id"),
      type: json("type"),
      timestamp: json("created", "unix-milliseconds"),
    },
    reply: { successStatuses: [200], honoursRetryAfter: false, unsubscribes: [] },
  }),
});

/** ShipHero's webhooks. Types are titles: `Shipment Update`, `Order Allocated`. */
export const shiphero: SecretSender = senderFactory({
  factory: "shiphero",
  name: "shiphero",
  title: "ShipHero",
  credential: "The `shared_signature_secret` that `webhook_create` answers once. Used as text.",
  proof: "`x-shiphero-hmac-sha256: <base64, 44 chars>`: HMAC-SHA256 over the body.",
  exampleType: "Shipment Update",
  retries: "Up to five times.",
  notes: [
    'It wants a 2xx with `{"code": "200", "Status": "Success"}`. Some types (`Generate Label`, `Capture Payment`) want an answer of their own: use `context.reply`.',
    "`X-Shiphero-Message-ID` is a header, and the signature does not cover it.",
  ],
  sources: ["https://developer.shiphero.com/webhooks/", "hookdeck/webhook-skills, providers.yaml @00ad8d05: shiphero"],
  unconfirmed: ["how far apart the retries are", "that the message id stays the same over retries"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({ secret, signature: { header: "x-shiphero-hmac-sha256", encoding: "base64" } }),
    event: { id: header("x-shiphero-message-id"), type: json("webhook_type") },
    reply: {
      successHeaders: { "content-type": "application/json" },
      successBody: '{"code":"200","Status":"Success"}',
      timeLimitSeconds: 10,
      honoursRetryAfter: false,
      unsubscribes: [],
    },
  }),
});

/** Picqer's webhooks. Types are `orders.created`, `picklists.closed`. */
export const picqer: SecretSender = senderFactory({
  factory: "picqer",
  name: "picqer",
  title: "Picqer",
  credential: "The `secret` that you gave when you created the hook. Used as text. Without one, nothing is signed.",
  proof: "`X-Picqer-Signature: <base64, 44 chars>`: HMAC-SHA256 over the body.",
  exampleType: "orders.created",
  retries: "15 times within 17 hours; five events that fail for good within 24 hours disable the hook.",
  notes: ['Events have no id, so they are not deduped; `dedupe: { replay: "suppress" }` refuses equal bodies.'],
  sources: [
    "https://picqer.com/en/api/webhooks#validating-webhooks",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: picqer",
  ],
  unconfirmed: ["that there is no id"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({ secret, signature: { header: "x-picqer-signature", encoding: "base64" } }),
    event: { type: json("event") },
    reply: {
      successStatuses: [200, 201, 202],
      timeLimitSeconds: 10,
      retryHorizonSeconds: DAY_SECONDS,
      honoursRetryAfter: false,
      unsubscribes: [],
    },
  }),
});
