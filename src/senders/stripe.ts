// Verifies Stripe's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { param } from "../auth/signature/signature.js";
import { json } from "../core/field.js";
import { memberOf } from "../core/read-field.js";
import type { EventRow } from "../sender/sender.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";
import { isPlaceholderId } from "./shared/placeholder-id.js";

/** A test of the Dashboard has an id of zeros, the same each time. */
const TEST: EventRow = {
  type: /* @__PURE__ */ json("type"),
  timestamp: /* @__PURE__ */ json("created", "unix-seconds"),
};
const EVENT: EventRow = { ...TEST, id: /* @__PURE__ */ json("id") };

/** What every Stripe event has. Thin events have `related_object` instead of `data`. */
export interface StripeEnvelope {
  id: string;
  type: string;
  data: { object: Record<string, unknown> };
}

/**
 * Stripe's snapshot and thin events. Give your SDK's types for strict ones: `stripe<Stripe.Event>({ secret })`.
 *
 * Shape:   `Stripe-Signature: t=<unix seconds>,v1=<lower-case hex, 64 chars>[,v1=…]` over `<t>.<body>`
 * Source:  stripe-node, src/Webhooks.ts; test/vectors/senders/stripe.json.
 * Promise: time and body, and with it id and type, come from a holder of the secret. The tolerance holds both ways, where
 *          Stripe's own library lets future times pass. Not promised: order; and a thin event's object must be fetched.
 *
 * @param options.secret - The endpoint's `whsec_…`, whole: it is used as text, not decoded.
 * @throws {TypeError} When the secret is missing or malformed.
 * @example createReceiver(stripe({ secret: process.env.STRIPE_WEBHOOK_SECRET }))
 */
export const stripe: SecretSender<StripeEnvelope> = /* @__PURE__ */ senderFactory({
  factory: "stripe",
  name: "stripe",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({
      secret,
      signed: "{timestamp}.{body}",
      timestamp: param("t", "unix-seconds"),
      signature: { header: "stripe-signature", encoding: "hex", form: { pairs: "v1" } },
    }),
    event: (_delivery, payload) => (isPlaceholderId(memberOf(payload, "id")) ? TEST : EVENT),
    reply: { retryHorizonSeconds: 3 * 86_400, honoursRetryAfter: false, unsubscribes: [] },
    addresses: { url: "https://stripe.com/files/ips/ips_webhooks.json", at: "WEBHOOKS" },
  }),
});
