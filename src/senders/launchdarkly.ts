// Verifies LaunchDarkly's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { json } from "../core/field.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** LaunchDarkly's webhooks. Types are the kinds of resources that changed: `flag`, `environment`, `segment`, … */
export const launchdarkly: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "launchdarkly",
  name: "launchdarkly",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({ secret, signature: { header: "x-ld-signature", encoding: "hex" } }),
    event: { id: json("_id"), type: json("kind"), timestamp: json("date", "unix-milliseconds") },
    reply: { unsubscribes: [] },
  }),
});
