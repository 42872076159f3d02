// Verifies Lithic's deliveries and locates their events.
import { json } from "../core/field.js";
import type { SecretSender } from "./shared/options.js";
import { follower } from "./shared/standard-webhooks-follower.js";

/** Lithic's webhooks. Types are `event_type` of the body: `card_transaction.updated`. */
export const lithic: SecretSender<{ event_type: string }> = /* @__PURE__ */ follower({
  factory: "lithic",
  type: /* @__PURE__ */ json("event_type"),
  timestamp: /* @__PURE__ */ json("created", "rfc3339"),
});
