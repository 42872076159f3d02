// Verifies Xero's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { dotted, dottedAll, json } from "../core/field.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** Xero's webhooks: batches. Types are category and kind: `INVOICE.UPDATE`. */
export const xero: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "xero",
  name: "xero",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({ secret, signature: { header: "x-xero-signature", encoding: "base64" } }),
    event: {
      each: "events",
      id: dottedAll(json("tenantId"), json("resourceId"), json("eventType"), json("eventDateUtc")),
      type: dotted(json("eventCategory"), json("eventType")),
    },
    reply: {
      successStatuses: [200],
      timeLimitSeconds: 5,
      retryHorizonSeconds: 86_400,
      honoursRetryAfter: false,
      unsubscribes: [],
    },
  }),
});
