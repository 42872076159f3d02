// Verifies Cisco Meraki's deliveries and locates their events.
import { staticToken } from "../auth/schemes/static-token.js";
import { json } from "../core/field.js";
import { senderFactory } from "./shared/factory.js";
import type { TokenSender } from "./shared/options.js";

/** Cisco Meraki's alerts. Types are `alertTypeId`: `motion_alert`, `settings_changed`. */
export const meraki: TokenSender = /* @__PURE__ */ senderFactory({
  factory: "meraki",
  name: "meraki",
  options: ["token"],
  define: ({ token }) => ({
    auth: staticToken({ token, at: json("sharedSecret") }),
    event: { id: json("alertId"), type: json("alertTypeId"), timestamp: json("occurredAt", "rfc3339") },
    reply: { honoursRetryAfter: false, unsubscribes: [] },
  }),
});
