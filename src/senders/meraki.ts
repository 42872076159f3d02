// Verifies Cisco Meraki's deliveries and locates their events.
import { staticToken } from "../auth/schemes/static-token.js";
import { json } from "../core/field.js";
import { memberOf } from "../core/read-field.js";
import type { EventRow } from "../sender/sender.js";
import { senderFactory } from "./shared/factory.js";
import type { TokenSender } from "./shared/options.js";
import { isPlaceholderId } from "./shared/placeholder-id.js";

/** A test has an id of zeros, or an empty one. */
const TEST: EventRow = {
  type: /* @__PURE__ */ json("alertTypeId"),
  timestamp: /* @__PURE__ */ json("occurredAt", "rfc3339"),
};
const ALERT: EventRow = { ...TEST, id: /* @__PURE__ */ json("alertId") };

/** Cisco Meraki's alerts. Types are `alertTypeId`: `motion_alert`, `settings_changed`. */
export const meraki: TokenSender = /* @__PURE__ */ senderFactory({
  factory: "meraki",
  name: "meraki",
  options: ["token"],
  define: ({ token }) => ({
    auth: staticToken({ token, at: json("sharedSecret") }),
    event(_delivery, payload) {
      const id = memberOf(payload, "alertId");
      return id === "" || isPlaceholderId(id) ? TEST : ALERT;
    },
    reply: { honoursRetryAfter: false, unsubscribes: [] },
  }),
});
