// Verifies Standard Webhooks' deliveries and locates their events.
import { type SenderFactory, senderFactory } from "./shared/factory.js";
import {
  STANDARD_REPLY,
  type StandardWebhooksOptions,
  standardWebhooksAuth,
  standardWebhooksEvent,
} from "./shared/standard-webhooks-scheme.js";

/**
 * Any sender that follows Standard Webhooks.
 *
 * Shape:   `webhook-id`, `webhook-timestamp: <unix seconds>`, `webhook-signature: v1,<base64>[ v1,<base64>…]`, `v1a,<base64>`
 * Source:  the specification, version 1.0.0; test/vectors/senders/standard-webhooks.json.
 * Promise: id, time and body come from a holder of the secret, or of the private key. Not promised: a type; a body without
 *          one is a `message`.
 *
 * @param options.secret - `whsec_` and base64 of 24 to 64 bytes.
 * @param options.publicKey - `whpk_` and base64 of 32 bytes.
 * @throws {TypeError} When neither is given, or one is missing or ill-formed.
 * @example createReceiver(standardWebhooks({ secret: process.env.WEBHOOK_SECRET }))
 */
export const standardWebhooks: SenderFactory<StandardWebhooksOptions> = /* @__PURE__ */ senderFactory({
  factory: "standardWebhooks",
  name: "standard-webhooks",
  options: ["secret", "publicKey"],
  define: (options) => ({
    auth: standardWebhooksAuth("standardWebhooks", options, "webhook"),
    event: standardWebhooksEvent("webhook"),
    reply: STANDARD_REPLY,
  }),
});
