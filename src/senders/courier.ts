// Verifies Courier's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { param } from "../auth/signature/signature.js";
import { json } from "../core/field.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** Courier's outbound webhooks. Types have colons: `message:updated`, `audiences:user:matched`. */
export const courier: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "courier",
  name: "courier",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({
      secret,
      signed: "{timestamp}.{body}",
      timestamp: param("t", "unix-milliseconds"),
      signature: { header: "courier-signature", encoding: "hex", form: { pairs: "signature" } },
    }),
    event: { type: json("type") },
    reply: { honoursRetryAfter: false, unsubscribes: [] },
  }),
});
