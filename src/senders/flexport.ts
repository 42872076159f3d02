// Verifies Flexport's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { json } from "../core/field.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** Flexport's webhooks (API version 2). Types are milestones: `/shipment#created`. */
export const flexport: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "flexport",
  name: "flexport",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({ secret, signature: { header: "x-hub-signature-256", encoding: "hex", prefix: "sha256=" } }),
    event: { id: json("id"), type: json("type"), timestamp: json("occurred_at", "rfc3339") },
    privateHeaders: ["x-hub-signature"],
    reply: { successStatuses: [200], honoursRetryAfter: false, unsubscribes: [] },
  }),
});
