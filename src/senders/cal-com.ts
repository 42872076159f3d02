// Verifies Cal.com's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { json } from "../core/field.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** Cal.com's webhooks. Types are triggers: `BOOKING_CREATED`, `MEETING_ENDED`. */
export const calCom: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "calCom",
  name: "cal-com",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({ secret, signature: { header: "x-cal-signature-256", encoding: "hex" } }),
    // A payload template that is no JSON is sent as a form, and may leave the trigger out.
    body: { "application/json": "json", "application/x-www-form-urlencoded": "form" },
    event: { type: json("triggerEvent"), defaultType: "webhook", timestamp: json("createdAt", "rfc3339") },
    reply: { retries: false, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
