// Verifies Clerk's deliveries and locates their events.
import { json } from "../core/field.js";
import type { SecretSender } from "./shared/options.js";
import { follower, type StandardEnvelope } from "./shared/standard-webhooks-follower.js";

/** Clerk's webhooks. Types are `user.created`, `session.ended`, … */
export const clerk: SecretSender<StandardEnvelope & { object: "event" }> = /* @__PURE__ */ follower({
  factory: "clerk",
  headers: "svix",
  timestamp: /* @__PURE__ */ json("timestamp", "unix-milliseconds"),
});
