// Verifies Ably's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { json } from "../core/field.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** Ably's webhook rules, batched, in JSON. Types are names: `channel.message`, `presence.message`. */
export const ably: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "ably",
  name: "ably",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({ secret, signature: { header: "x-ably-signature", encoding: "base64" } }),
    event: { each: "items", type: json("name"), timestamp: json("timestamp", "unix-milliseconds") },
    reply: { retryHorizonSeconds: 600, honoursRetryAfter: false, unsubscribes: [], maxBodyBytes: 10_485_760 },
  }),
});
