// Verifies QuickBooks Online's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { json, literal } from "../core/field.js";
import type { EventRow } from "../sender/sender.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

const CLOUD_EVENTS: EventRow = {
  each: "",
  id: /* @__PURE__ */ json("id"),
  type: /* @__PURE__ */ json("type"),
  timestamp: /* @__PURE__ */ json("time", "rfc3339"),
};

const NOTIFICATIONS: EventRow = { each: "eventNotifications", type: /* @__PURE__ */ literal("dataChangeEvent") };

/** QuickBooks Online's webhooks: batches, in CloudEvents (`qbo.invoice.created.v1`) or the older form (`dataChangeEvent`). */
export const quickbooks: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "quickbooks",
  name: "quickbooks",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({ secret, signature: { header: "intuit-signature", encoding: "base64" } }),
    body: {
      "application/json": "json",
      "application/cloudevents-batch+json": "json",
      "application/*+json": "json",
    },
    event: (_delivery, payload) => (Array.isArray(payload) ? CLOUD_EVENTS : NOTIFICATIONS),
    reply: {
      successStatuses: [200],
      timeLimitSeconds: 3,
      retryHorizonSeconds: 86_400,
      honoursRetryAfter: false,
      unsubscribes: [],
    },
  }),
});
