// Verifies ShipBob's deliveries and locates their events.
import { header, json } from "../core/field.js";
import type { SecretSender } from "./shared/options.js";
import { follower } from "./shared/standard-webhooks-follower.js";

/** ShipBob's webhooks. Types are topics: `order.shipped`. */
export const shipbob: SecretSender<unknown> = /* @__PURE__ */ follower<unknown>({
  factory: "shipbob",
  type: /* @__PURE__ */ header("x-webhook-topic"),
  timestamp: /* @__PURE__ */ json("last_update_at", "rfc3339"),
});
