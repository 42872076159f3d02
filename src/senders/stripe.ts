// Stripe: HMAC over time and body, and everything else in the body.
import { mac } from "../auth/schemes/hmac.js";
import { param } from "../auth/signature/signature.js";
import { json } from "../core/field.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

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
 * Source:  stripe-node, src/Webhooks.ts; test/vectors/senders.json.
 * Promise: time and body, and with it id and type, come from a holder of the secret. The tolerance holds both ways, where
 *          Stripe's own library lets future times pass. Not promised: order; and a thin event's object must be fetched.
 *
 * @param options.secret - The endpoint's `whsec_…`, whole: it is used as text, not decoded.
 * @throws {TypeError} When the secret is missing or malformed.
 * @example createReceiver(stripe({ secret: process.env.STRIPE_WEBHOOK_SECRET }))
 */
export const stripe: SecretSender<StripeEnvelope> = senderFactory({
  factory: "stripe",
  name: "stripe",
  title: "Stripe",
  credential:
    "the endpoint's `whsec_…` (Workbench → Webhooks → the endpoint), whole: its text is the key, nothing is decoded. Test and live mode, every endpoint, and `stripe listen` have their own.",
  proof:
    "`Stripe-Signature: t=<unix seconds>,v1=<hex>`, `v1` several times while rotating; HMAC-SHA256 over `<t>.<body>`. Other schemes (`v0`) are skipped.",
  exampleType: "invoice.paid",
  retries:
    "For up to three days in live mode, with backoff; in a sandbox three times over a few hours. By hand also later.",
  notes: [
    "The tolerance holds both ways; Stripe's own library lets future times pass.",
    'Thin events (`object: "v2.core.event"`) come by the same scheme; they have `related_object` instead of `data`, to be fetched with your SDK.',
    "Events may come in any order.",
    "Types are open by default, with `data.object`. Strict: `stripe<Stripe.Event>({ secret })`.",
  ],
  sources: [
    "github.com/stripe/stripe-node@663942164d, src/Webhooks.ts",
    "Stripe publishes no vector; ours are accepted by its library",
    "docs.stripe.com/webhooks, as quoted in several repositories: three days in live mode, three times over a few hours in a sandbox",
    "the list's member `WEBHOOKS`, as several public projects read it",
  ],
  unconfirmed: ["that `id` stays the same over retries", "the time limit is not published; 15 s is assumed"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({
      secret,
      signed: "{timestamp}.{body}",
      timestamp: param("t", "unix-seconds"),
      signature: { header: "stripe-signature", encoding: "hex", form: { pairs: "v1" } },
    }),
    event: { id: json("id"), type: json("type"), timestamp: json("created", "unix-seconds") },
    reply: { retryHorizonSeconds: 3 * 86_400, honoursRetryAfter: false, unsubscribes: [] },
    addresses: { url: "https://stripe.com/files/ips/ips_webhooks.json", at: "WEBHOOKS" },
  }),
});
