// Verifies Checkout.com's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { json } from "../core/field.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** Checkout.com's webhooks. Types are `payment_approved`, `payment_captured`, … */
export const checkoutCom: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "checkoutCom",
  name: "checkout-com",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({ secret, signature: { header: "cko-signature", encoding: "hex" } }),
    event: { id: json("id"), type: json("type"), timestamp: json("created_on", "rfc3339") },
    reply: { timeLimitSeconds: 10, retryHorizonSeconds: 2 * 86_400, honoursRetryAfter: false, unsubscribes: [] },
    privateHeaders: ["authorization"],
  }),
});
