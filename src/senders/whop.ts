// Verifies Whop's deliveries and locates their events.
import type { SecretSender } from "./shared/options.js";
import { follower, type StandardEnvelope } from "./shared/standard-webhooks-follower.js";

/** Whop's webhooks. Types are `payment.succeeded`, `membership.activated`, … */
export const whop: SecretSender<StandardEnvelope & { id: string; api_version: string }> = /* @__PURE__ */ follower({
  factory: "whop",
  key: { key: { base64After: "whsec_", otherwise: "utf8" } },
});
