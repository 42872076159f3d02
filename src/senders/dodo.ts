// Verifies Dodo Payments' deliveries and locates their events.
import type { SecretSender } from "./shared/options.js";
import { follower, type StandardEnvelope } from "./shared/standard-webhooks-follower.js";

/** Dodo Payments' webhooks. Types are `payment.succeeded`, `subscription.renewed`, … */
export const dodo: SecretSender<StandardEnvelope & { business_id: string; timestamp: string }> =
  /* @__PURE__ */ follower({
    factory: "dodo",
  });
