// Verifies Favro's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { json } from "../core/field.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** Favro's webhooks. Types are actions: `created`, `moved`, `ping`. */
export const favro: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "favro",
  name: "favro",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({
      secret,
      algorithm: "sha1",
      signed: "{json:payloadId}{url}",
      patterns: { "json:payloadId": /[^:]+/ },
      signature: { header: "x-favro-webhook", encoding: "base64" },
    }),
    event: { id: json("payloadId"), type: json("action") },
    reply: { honoursRetryAfter: false, unsubscribes: [] },
  }),
});
