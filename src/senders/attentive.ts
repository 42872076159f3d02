// Verifies Attentive's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { json } from "../core/field.js";
import { DAY_SECONDS } from "./shared/durations.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** Attentive's webhooks. Types are `sms.subscribed`, `email.opened`. */
export const attentive: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "attentive",
  name: "attentive",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({ secret, signature: { header: "x-attentive-hmac-sha256", encoding: "hex" } }),
    event: { type: json("type"), timestamp: json("timestamp", "unix-milliseconds") },
    reply: { retryHorizonSeconds: 3 * DAY_SECONDS, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
