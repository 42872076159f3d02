// Verifies Picqer's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { json } from "../core/field.js";
import { DAY_SECONDS } from "./shared/durations.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** Picqer's webhooks. Types are `orders.created`, `picklists.closed`. */
export const picqer: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "picqer",
  name: "picqer",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({ secret, signature: { header: "x-picqer-signature", encoding: "base64" } }),
    event: { type: json("event") },
    reply: {
      successStatuses: [200, 201, 202],
      timeLimitSeconds: 10,
      retryHorizonSeconds: DAY_SECONDS,
      honoursRetryAfter: false,
      unsubscribes: [],
    },
  }),
});
