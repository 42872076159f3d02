// Verifies Square's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { header, json } from "../core/field.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** Square's webhooks. Types are `payment.updated`, `refund.created`, … Needs `publicUrl`. */
export const square: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "square",
  name: "square",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({
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
