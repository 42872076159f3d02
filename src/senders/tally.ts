// Verifies Tally's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { json } from "../core/field.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** Tally's webhooks. The only type is `FORM_RESPONSE`. */
export const tally: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "tally",
  name: "tally",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({ secret, signature: { header: "tally-signature", encoding: "base64" } }),
    event: { id: json("eventId"), type: json("eventType"), timestamp: json("createdAt", "rfc3339") },
    reply: { timeLimitSeconds: 10, retryHorizonSeconds: 2 * 86_400, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
