// Verifies Nylas' deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { json } from "../core/field.js";
import { senderFactory } from "./shared/factory.js";
import { echoQuery } from "./shared/handshakes.js";
import type { SecretSender } from "./shared/options.js";

/** Nylas' webhooks, version 3. Types are `message.created`, `grant.expired`. */
export const nylas: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "nylas",
  name: "nylas",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({ secret, signature: { header: "x-nylas-signature", encoding: "hex" } }),
    event: { id: json("id"), type: json("type"), attempt: json("webhook_delivery_attempt") },
    handshakes: [echoQuery("challenge")],
    reply: {
      timeLimitSeconds: 10,
      retryHorizonSeconds: 3_600,
      honoursRetryAfter: false,
      unsubscribes: [],
      // A payload beyond 1 MB is truncated, and its type says so.
      maxBodyBytes: 2_097_152,
    },
  }),
});
