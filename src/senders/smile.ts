// Verifies Smile API's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { dottedAll, json } from "../core/field.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** Smile API's webhooks (getsmileapi.com). Types are `ACCOUNT_CONNECTED`, `TASK_FINISHED`, … */
export const smile: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "smile",
  name: "smile",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({ secret, algorithm: "sha512", signature: { header: "smile-signature", encoding: "hex" } }),
    // Whether `id` is the event's is not documented; the type at least distinguishes two events of one object.
    event: { id: dottedAll(json("type"), json("id")), type: json("type") },
    reply: { retryHorizonSeconds: 3_600, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
