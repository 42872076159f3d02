// Verifies ShipHero's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { header, json } from "../core/field.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** ShipHero's webhooks. Types are titles: `Shipment Update`, `Order Allocated`. */
export const shiphero: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "shiphero",
  name: "shiphero",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({ secret, signature: { header: "x-shiphero-hmac-sha256", encoding: "base64" } }),
    event: { id: header("x-shiphero-message-id"), type: json("webhook_type") },
    reply: {
      successHeaders: { "content-type": "application/json" },
      successBody: '{"code":"200","Status":"Success"}',
      timeLimitSeconds: 10,
      honoursRetryAfter: false,
      unsubscribes: [],
    },
  }),
});
