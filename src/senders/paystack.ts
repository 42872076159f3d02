// Verifies Paystack's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { dottedAll, json } from "../core/field.js";
import { memberOf } from "../core/read-field.js";
import type { EventRow } from "../sender/sender.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** What happens to one object once, so that name and object are the event. Reminders and updates are sent repeatedly, and are other events. */
const PAYSTACK_ONCE: ReadonlySet<unknown> = /* @__PURE__ */ new Set([
  "charge.success",
  "charge.dispute.create",
  "charge.dispute.resolve",
  "refund.failed",
  "refund.processed",
  "subscription.create",
  "transfer.failed",
  "transfer.reversed",
  "transfer.success",
]);

const PAYSTACK_NAMED: EventRow = {
  id: /* @__PURE__ */ dottedAll(/* @__PURE__ */ json("event"), /* @__PURE__ */ json("data.id")),
  type: /* @__PURE__ */ json("event"),
};

const PAYSTACK: EventRow = { type: /* @__PURE__ */ json("event") };

/** Paystack's webhooks. Types are the body's `event`: `charge.success`, `transfer.failed`. */
export const paystack: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "paystack",
  name: "paystack",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({ secret, algorithm: "sha512", signature: { header: "x-paystack-signature", encoding: "hex" } }),
    event: (_delivery, payload) =>
      PAYSTACK_ONCE.has(memberOf(payload, "event")) && memberOf(payload, "data.id") !== undefined
        ? PAYSTACK_NAMED
        : PAYSTACK,
    reply: {
      successStatuses: [200],
      timeLimitSeconds: 30,
      retryHorizonSeconds: 73 * 3_600,
      honoursRetryAfter: false,
      unsubscribes: [],
    },
  }),
});
