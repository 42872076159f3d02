// Verifies Polar's deliveries and locates their events.
import type { SecretSender } from "./shared/options.js";
import { follower, type StandardEnvelope } from "./shared/standard-webhooks-follower.js";
import { AS_TEXT } from "./shared/standard-webhooks-scheme.js";

/** Polar's webhooks. Types are `order.created`, `subscription.active`, … */
export const polar: SecretSender<StandardEnvelope> = /* @__PURE__ */ follower({
  factory: "polar",
  key: AS_TEXT,
  reply: { timeLimitSeconds: 10 },
});
