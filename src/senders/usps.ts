// Verifies USPS Subscriptions – Tracking's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { json } from "../core/field.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** USPS' tracking notifications. Types are the body's `subscriptionType`: `TRACKING`. */
export const usps: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "usps",
  name: "usps",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({
      secret,
      signed: "{json:timestamp}{json:payload}",
      // The payload is a JSON text, and a time has no bracket: so it is certain where the time ends.
      patterns: { "json:timestamp": /[^{[]+/, "json:payload": /[{[].*/s },
      signature: { header: ["x-hmac", "hmac-header"], encoding: "base64" },
    }),
    event: { type: json("subscriptionType") },
    reply: { honoursRetryAfter: false, unsubscribes: [] },
  }),
});
