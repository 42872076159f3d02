// Verifies FastSpring's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { json } from "../core/field.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** FastSpring's webhooks. Types are `order.completed`, `subscription.activated`. */
export const fastspring: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "fastspring",
  name: "fastspring",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({ secret, signature: { header: "x-fs-signature", encoding: "base64" } }),
    event: {
      each: "events",
      id: json("id"),
      type: json("type"),
      timestamp: json("created", "unix-milliseconds"),
    },
    reply: { successStatuses: [200], honoursRetryAfter: false, unsubscribes: [] },
  }),
});
