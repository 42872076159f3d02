// Verifies Typeform's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { json } from "../core/field.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** Typeform's webhooks. Types are `form_response` and `form_response_partial`. */
export const typeform: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "typeform",
  name: "typeform",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({ secret, signature: { header: "typeform-signature", encoding: "base64", prefix: "sha256=" } }),
    event: { id: json("event_id"), type: json("event_type"), timestamp: json("form_response.submitted_at", "rfc3339") },
    reply: {
      timeLimitSeconds: 30,
      retryHorizonSeconds: 11 * 3_600,
      honoursRetryAfter: false,
      unsubscribes: [404, 410],
      maxBodyBytes: 5_242_880,
    },
  }),
});
