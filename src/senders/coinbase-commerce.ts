// Verifies Coinbase Commerce and Developer Platform's deliveries and locates their events.
import { anyOf } from "../auth/combine.js";
import { hmac } from "../auth/schemes/hmac.js";
import { json } from "../core/field.js";
import { memberOf } from "../core/read-field.js";
import type { EventRow } from "../sender/sender.js";
import { senderFactory } from "./shared/factory.js";
import { hook0Auth, ID } from "./shared/hook0-scheme.js";
import type { SecretSender } from "./shared/options.js";

const CHARGE: EventRow = {
  id: /* @__PURE__ */ json("event.id"),
  type: /* @__PURE__ */ json("event.type"),
  timestamp: /* @__PURE__ */ json("event.created_at", "rfc3339"),
  attempt: /* @__PURE__ */ json("attempt_number"),
};

const PLATFORM: EventRow = { type: /* @__PURE__ */ json("eventType") };

const PLATFORM_NAMED: EventRow = { id: ID, type: /* @__PURE__ */ json("eventType") };

/** Coinbase Commerce's webhooks (`charge:confirmed`), and those of the developer platform, which come through Hook0. */
export const coinbaseCommerce: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "coinbaseCommerce",
  name: "coinbase-commerce",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: anyOf(hmac({ secret, signature: { header: "x-cc-webhook-signature", encoding: "hex" } }), hook0Auth(secret)),
    event({ headers }, payload) {
      if (memberOf(payload, "event.type") !== undefined) return CHARGE;
      return headers.has("x-event-id") ? PLATFORM_NAMED : PLATFORM;
    },
    reply: { retryHorizonSeconds: 3 * 86_400, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
