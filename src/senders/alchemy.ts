// Verifies Alchemy Notify's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { json } from "../core/field.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** Alchemy Notify's webhooks. Types are `ADDRESS_ACTIVITY`, `MINED_TRANSACTION`, … */
export const alchemy: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "alchemy",
  name: "alchemy",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({ secret, signature: { header: "x-alchemy-signature", encoding: "hex" } }),
    event: { id: json("id"), type: json("type"), timestamp: json("createdAt", "rfc3339") },
    reply: { retryHorizonSeconds: 2 * 3_600, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
