// Verifies Uber Eats' deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { json } from "../core/field.js";
import { DAY_SECONDS } from "./shared/durations.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** Uber Eats' webhooks. Types are `orders.notification`, `store.provisioned`. */
export const uberEats: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "uberEats",
  name: "uber-eats",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({ secret, signature: { header: "x-uber-signature", encoding: "hex" } }),
    event: { id: json("event_id"), type: json("event_type"), timestamp: json("event_time", "unix-seconds") },
    reply: { retryHorizonSeconds: DAY_SECONDS, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
