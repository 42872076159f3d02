// Verifies Shopline's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { header } from "../core/field.js";
import { DAY_SECONDS } from "./shared/durations.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** Shopline's webhooks (Open Platform). Types are topics: `orders/create`. */
export const shopline: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "shopline",
  name: "shopline",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({ secret, signature: { header: "x-shopline-hmac-sha256", encoding: "hex" } }),
    event: { id: header("x-shopline-webhook-id"), type: header("x-shopline-topic") },
    reply: { timeLimitSeconds: 5, retryHorizonSeconds: 3 * DAY_SECONDS, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
