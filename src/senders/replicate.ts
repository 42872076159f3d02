// Verifies Replicate's deliveries and locates their events.
import { json } from "../core/field.js";
import type { SecretSender } from "./shared/options.js";
import { follower } from "./shared/standard-webhooks-follower.js";

/** Replicate's webhooks. Types are the prediction's status: `succeeded`. */
export const replicate: SecretSender<{ id: string; status: string }> = /* @__PURE__ */ follower({
  factory: "replicate",
  type: /* @__PURE__ */ json("status"),
  timestamp: /* @__PURE__ */ json("completed_at", "rfc3339"),
});
