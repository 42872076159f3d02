// Verifies Customer.io's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { dotted, header, json } from "../core/field.js";
import { DAY_SECONDS } from "./shared/durations.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** Customer.io's reporting webhooks. Types are object and metric: `email.delivered`, `customer.unsubscribed`. */
export const customerIo: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "customerIo",
  name: "customer-io",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({
      secret,
      signed: "v0:{timestamp}:{body}",
      timestamp: header("x-cio-timestamp", "unix-seconds"),
      signature: { header: "x-cio-signature", encoding: "hex" },
    }),
    event: {
      id: json("event_id"),
      type: dotted(json("object_type"), json("metric")),
      timestamp: json("timestamp", "unix-seconds"),
    },
    reply: { timeLimitSeconds: 4, retryHorizonSeconds: 7 * DAY_SECONDS, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
