// Verifies Cashfree Payments' deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { dottedAll, header, json } from "../core/field.js";
import { memberOf } from "../core/read-field.js";
import type { EventRow } from "../sender/sender.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** A payment has each outcome once; other kinds of events have nothing that names them. */
const CASHFREE_PAYMENT: EventRow = {
  id: /* @__PURE__ */ dottedAll(/* @__PURE__ */ json("type"), /* @__PURE__ */ json("data.payment.cf_payment_id")),
  type: /* @__PURE__ */ json("type"),
  timestamp: /* @__PURE__ */ json("event_time", "rfc3339"),
};

const CASHFREE: EventRow = {
  type: /* @__PURE__ */ json("type"),
  timestamp: /* @__PURE__ */ json("event_time", "rfc3339"),
};

/** Cashfree's payment gateway webhooks. Types are `PAYMENT_SUCCESS_WEBHOOK`, `REFUND_STATUS_WEBHOOK`, … */
export const cashfree: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "cashfree",
  name: "cashfree",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({
      secret,
      signed: "{timestamp}{body}",
      timestamp: header("x-webhook-timestamp", "unix-milliseconds"),
      signature: { header: "x-webhook-signature", encoding: "base64" },
    }),
    event: (_delivery, payload) =>
      memberOf(payload, "data.payment.cf_payment_id") === undefined ? CASHFREE : CASHFREE_PAYMENT,
    toleranceSeconds: null,
    reply: { honoursRetryAfter: false, unsubscribes: [] },
  }),
});
