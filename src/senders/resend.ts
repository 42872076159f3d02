// Verifies Resend's deliveries and locates their events.
import { json } from "../core/field.js";
import type { SecretSender } from "./shared/options.js";
import { follower, type StandardEnvelope } from "./shared/standard-webhooks-follower.js";

/** Resend's webhooks. Types are `email.sent`, `email.bounced`, … */
export const resend: SecretSender<StandardEnvelope & { created_at: string }> = /* @__PURE__ */ follower({
  factory: "resend",
  headers: "either",
  timestamp: /* @__PURE__ */ json("created_at", "rfc3339"),
});
