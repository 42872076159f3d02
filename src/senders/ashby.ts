// Verifies Ashby's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { json } from "../core/field.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** Ashby's webhooks. Types are `applicationSubmit`, `candidateHire`, `ping`. */
export const ashby: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "ashby",
  name: "ashby",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({ secret, signature: { header: "ashby-signature", encoding: "hex", prefix: "sha256=" } }),
    event: { id: json("webhookActionId"), type: json("action") },
    reply: { retryHorizonSeconds: 6 * 3_600, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
