// Verifies Airwallex's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { header, json } from "../core/field.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** Airwallex' webhooks. Types are the body's `name`: `payment_intent.succeeded`, `refund.settled`. */
export const airwallex: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "airwallex",
  name: "airwallex",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({
      secret,
      signed: "{timestamp}{body}",
      timestamp: header("x-timestamp", "unix-milliseconds"),
      signature: { header: "x-signature", encoding: "hex" },
    }),
    event: { id: json("id"), type: json("name"), timestamp: json("created_at", "rfc3339") },
    reply: { retryHorizonSeconds: 3 * 86_400, honoursRetryAfter: false, unsubscribes: [] },
    privateHeaders: ["client-secret-key"],
  }),
});
