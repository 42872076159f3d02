// Verifies Trello's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { json } from "../core/field.js";
import { senderFactory } from "./shared/factory.js";
import { HEAD_PROBE } from "./shared/handshakes.js";
import type { SecretSender } from "./shared/options.js";

/** Trello's webhooks. Types are actions: `createCard`, `commentCard`. */
export const trello: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "trello",
  name: "trello",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({
      secret,
      algorithm: "sha1",
      signed: "{body}{url}",
      signature: { header: "x-trello-webhook", encoding: "base64" },
    }),
    event: { id: json("action.id"), type: json("action.type"), timestamp: json("action.date", "rfc3339") },
    handshakes: [HEAD_PROBE],
    reply: { retryHorizonSeconds: 3_600, honoursRetryAfter: false, unsubscribes: [410] },
  }),
});
