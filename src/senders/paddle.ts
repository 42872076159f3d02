// Verifies Paddle Billing's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { param } from "../auth/signature/signature.js";
import { json } from "../core/field.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** Paddle Billing's notifications. Types are the body's `event_type`: `transaction.completed`. */
export const paddle: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "paddle",
  name: "paddle",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({
      secret,
      signed: "{timestamp}:{body}",
      timestamp: param("ts", "unix-seconds"),
      signature: { header: "paddle-signature", encoding: "hex", form: { pairs: "h1", separator: ";" } },
    }),
    event: { id: json("event_id"), type: json("event_type"), timestamp: json("occurred_at", "rfc3339") },
    reply: { timeLimitSeconds: 5, retryHorizonSeconds: 3 * 86_400, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
