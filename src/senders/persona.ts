// Verifies Persona's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { param } from "../auth/signature/signature.js";
import { json } from "../core/field.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** Persona's webhooks. Types are `inquiry.completed`, `verification.passed`. */
export const persona: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "persona",
  name: "persona",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({
      secret,
      signed: "{timestamp}.{body}",
      timestamp: param("t", "unix-seconds"),
      signature: { header: "persona-signature", encoding: "hex", form: { pairs: "v1", groups: " " } },
    }),
    event: {
      id: json("data.id"),
      type: json("data.attributes.name"),
      timestamp: json("data.attributes.created-at", "rfc3339"),
    },
    reply: { timeLimitSeconds: 5, retryHorizonSeconds: 30 * 86_400, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
