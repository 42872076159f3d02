// Verifies BigCommerce's deliveries and locates their events.
import { json } from "../core/field.js";
import type { SecretSender } from "./shared/options.js";
import { follower } from "./shared/standard-webhooks-follower.js";
import { AS_TEXT } from "./shared/standard-webhooks-scheme.js";

/** BigCommerce's webhooks. Types are scopes: `store/order/created`. */
export const bigcommerce: SecretSender<{ scope: string; store_id: string; data: unknown }> = /* @__PURE__ */ follower({
  factory: "bigcommerce",
  key: AS_TEXT,
  type: /* @__PURE__ */ json("scope"),
  timestamp: /* @__PURE__ */ json("created_at", "unix-seconds"),
  reply: { timeLimitSeconds: 10, retryHorizonSeconds: 2 * 86_400 },
});
