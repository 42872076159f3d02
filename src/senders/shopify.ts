// Verifies Shopify's deliveries and locates their events.
import { randomUUID } from "node:crypto";
import type { Secrets } from "../auth/keys/secrets.js";
import { hmac } from "../auth/schemes/hmac.js";
import type { Auth, SignableRequest } from "../core/auth.js";
import { dotted, dottedAll, header, json } from "../core/field.js";
import type { EventRow } from "../sender/sender.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";
import { XML_TEXT } from "./shared/xml-text.js";

const TOPIC = /* @__PURE__ */ header("x-shopify-topic");
const TIME = /* @__PURE__ */ header("x-shopify-triggered-at", "rfc3339");
/** One cause may fire several topics under one event id, so the topic belongs to the id. */
const CAUSE: EventRow = {
  id: /* @__PURE__ */ dottedAll(TOPIC, /* @__PURE__ */ header("x-shopify-event-id")),
  type: TOPIC,
  timestamp: TIME,
};
/** Older deliveries carry only the webhook's own id. */
const WEBHOOK: EventRow = { id: /* @__PURE__ */ header("x-shopify-webhook-id"), type: TOPIC, timestamp: TIME };
/** "Events", a developer preview: topic and action are in the signed body too. */
const EVENTS: EventRow = {
  id: /* @__PURE__ */ header("shopify-webhook-id"),
  type: /* @__PURE__ */ dotted(/* @__PURE__ */ json("topic"), /* @__PURE__ */ json("action")),
  timestamp: /* @__PURE__ */ header("shopify-triggered-at", "rfc3339"),
};

function shopifyAuth(secret: Secrets): Auth {
  const auth = hmac({
    secret,
    families: ["x-shopify", "shopify"],
    signature: { header: "*-hmac-sha256", encoding: "base64" },
  });
  // Shopify's own library refuses deliveries without these, for tests of code that has both.
  const withHeaders = (request: SignableRequest): SignableRequest =>
    request.headers["shopify-topic"] !== undefined || request.headers["shopify-webhook-id"] !== undefined
      ? request
      : { ...request, headers: { ...TEST_HEADERS, "x-shopify-webhook-id": randomUUID(), ...request.headers } };
  return { ...auth, sign: (request, key) => auth.sign?.(withHeaders(request), key) ?? request };
}

const TEST_HEADERS = { "x-shopify-shop-domain": "test.myshopify.com", "x-shopify-api-version": "2026-10" };

/**
 * Shopify's webhooks, under `X-Shopify-*` names or the newer `Shopify-*`. Types are topics: `orders/create`; of the newer
 * ones topic and action: `Product.create`.
 *
 * Shape:   `X-Shopify-Hmac-Sha256: <base64, 44 chars>` over the body
 * Source:  shopify-app-js, packages/apps/shopify-api; test/vectors/senders/shopify.json.
 * Promise: the body comes from a holder of the app's client secret. Not promised: topic, shop, ids and time are headers,
 *          and none of them is signed (the newer kind has topic and action in the body). The same body under another id
 *          is reported, or refused with `dedupe: { replay: "suppress" }`.
 *
 * @param options.secret - The app's client secret.
 * @throws {TypeError} When the secret is missing or malformed.
 * @example createReceiver(shopify({ secret: process.env.CLIENT_SECRET })).on("orders/create", handler)
 */
export const shopify: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "shopify",
  name: "shopify",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: shopifyAuth(secret),
    // XML is a choice of webhooks that the REST API made.
    body: { "application/json": "json", "application/xml": XML_TEXT, "text/xml": XML_TEXT },
    event({ headers }) {
      if (headers.get("shopify-hmac-sha256") !== undefined) return EVENTS;
      return headers.get("x-shopify-event-id") === undefined ? WEBHOOK : CAUSE;
    },
    reply: {
      timeLimitSeconds: 5,
      retryHorizonSeconds: 4 * 3_600,
      honoursRetryAfter: false,
      unsubscribes: [],
      // Shopify names no limit; products and orders with many lines have more than a megabyte.
      maxBodyBytes: 10_485_760,
    },
  }),
});
