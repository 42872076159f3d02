// Verifies PagerDuty's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { json } from "../core/field.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** PagerDuty's webhooks, version 3. Types are `incident.triggered`, `service.updated`, …; a test is `pagey.ping`. */
export const pagerduty: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "pagerduty",
  name: "pagerduty",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({
      secret,
      signature: { header: "x-pagerduty-signature", encoding: "hex", form: { list: "v1=", separator: "," } },
    }),
    event: { id: json("event.id"), type: json("event.event_type"), timestamp: json("event.occurred_at", "rfc3339") },
    reply: { timeLimitSeconds: 5, unsubscribes: [] },
  }),
});
