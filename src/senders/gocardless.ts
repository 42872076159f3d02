// Verifies GoCardless' deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { dotted, json } from "../core/field.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** GoCardless' webhooks: batches. Types are resource and action: `payments.confirmed`. */
export const gocardless: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "gocardless",
  name: "gocardless",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({ secret, signature: { header: "webhook-signature", encoding: "hex" } }),
    event: {
      each: "events",
      id: json("id"),
      type: dotted(json("resource_type"), json("action")),
      timestamp: json("created_at", "rfc3339"),
    },
    reply: { timeLimitSeconds: 10, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
