// Verifies Bunny Stream's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { json } from "../core/field.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** Bunny Stream's webhooks. Types are numbers of a state: `3` is finished, `5` failed. */
export const bunnyStream: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "bunnyStream",
  name: "bunny-stream",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({ secret, signature: { header: "x-bunnystream-signature", encoding: "hex" } }),
    event: { type: json("Status") },
    reply: { honoursRetryAfter: false, unsubscribes: [] },
  }),
});
