// Verifies Dwolla's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { json } from "../core/field.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** Dwolla's webhooks. Types are the body's `topic`: `customer_transfer_completed`. */
export const dwolla: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "dwolla",
  name: "dwolla",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({ secret, signature: { header: "x-request-signature-sha-256", encoding: "hex" } }),
    event: { id: json("id"), type: json("topic"), timestamp: json("timestamp", "rfc3339") },
    reply: { timeLimitSeconds: 10, retryHorizonSeconds: 73 * 3_600, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
