// Verifies Lemon Squeezy's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { json } from "../core/field.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** Lemon Squeezy's webhooks. Types are the body's `meta.event_name`: `order_created`. */
export const lemonSqueezy: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "lemonSqueezy",
  name: "lemon-squeezy",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({ secret, signature: { header: "x-signature", encoding: "hex" } }),
    event: { type: json("meta.event_name") },
    reply: { successStatuses: [200], retryHorizonSeconds: 3_600, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
