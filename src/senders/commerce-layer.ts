// Verifies Commerce Layer's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { header } from "../core/field.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** Commerce Layer's webhooks. Types are topics: `orders.place`. */
export const commerceLayer: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "commerceLayer",
  name: "commerce-layer",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({ secret, signature: { header: "x-commercelayer-signature", encoding: "base64" } }),
    body: { "application/vnd.api+json": "json", "application/json": "json" },
    event: { type: header("x-commercelayer-topic") },
    reply: { timeLimitSeconds: 5, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
