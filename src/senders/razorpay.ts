// Verifies Razorpay's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { header, json } from "../core/field.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** Razorpay's webhooks. Types are the body's `event`: `payment.captured`, `order.paid`. */
export const razorpay: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "razorpay",
  name: "razorpay",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({ secret, signature: { header: "x-razorpay-signature", encoding: "hex" } }),
    event: {
      id: header("x-razorpay-event-id"),
      type: json("event"),
      timestamp: json("created_at", "unix-seconds"),
    },
    reply: { timeLimitSeconds: 5, retryHorizonSeconds: 7 * 86_400, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
