// Verifies Chargebee's deliveries and locates their events.
import { basicAuth } from "../auth/schemes/basic-auth.js";
import { json } from "../core/field.js";
import { type SenderFactory, senderFactory } from "./shared/factory.js";
import type { BasicOptions } from "./shared/options.js";

/** Chargebee's webhooks: HTTP Basic, nothing is signed. Types are the body's `event_type`: `subscription_created`. */
export const chargebee: SenderFactory<BasicOptions> = /* @__PURE__ */ senderFactory({
  factory: "chargebee",
  name: "chargebee",
  options: ["username", "password"],
  define: ({ username, password }) => ({
    auth: basicAuth({ username, password }),
    event: { id: json("id"), type: json("event_type"), timestamp: json("occurred_at", "unix-seconds") },
    reply: { successStatuses: [200], retryHorizonSeconds: 4 * 86_400, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
