// Verifies Intercom's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { json } from "../core/field.js";
import { senderFactory } from "./shared/factory.js";
import { HEAD_PROBE } from "./shared/handshakes.js";
import type { SecretSender } from "./shared/options.js";

/** Intercom's webhooks. Types are topics: `conversation.user.created`, `ping`. */
export const intercom: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "intercom",
  name: "intercom",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({
      secret,
      algorithm: "sha1",
      signature: { header: "x-hub-signature", encoding: "hex", prefix: "sha1=" },
    }),
    event: { id: json("id"), type: json("topic"), timestamp: json("created_at", "unix-seconds") },
    handshakes: [HEAD_PROBE],
    reply: {
      timeLimitSeconds: 5,
      retryHorizonSeconds: 3_600,
      honoursRetryAfter: false,
      unsubscribes: [410],
      maxBodyBytes: 5_242_880,
    },
  }),
});
