// Verifies Svix's deliveries and locates their events.
import { type SenderFactory, senderFactory } from "./shared/factory.js";
import {
  STANDARD_REPLY,
  type StandardWebhooksOptions,
  standardWebhooksAuth,
  standardWebhooksEvent,
} from "./shared/standard-webhooks-scheme.js";

/**
 * Svix, which sends for many others, under `svix-*` or `webhook-*` header names; both at once are refused.
 *
 * Source:  github.com/svix/svix-webhooks; the scheme is that of Standard Webhooks.
 * Promise: as `standardWebhooks`.
 *
 * @param options.secret - `whsec_` and base64 of 24 to 64 bytes.
 * @param options.publicKey - `whpk_` and base64 of 32 bytes.
 * @throws {TypeError} When neither is given, or one is missing or ill-formed.
 * @example createReceiver(svix({ secret: process.env.SVIX_SECRET }))
 */
export const svix: SenderFactory<StandardWebhooksOptions> = /* @__PURE__ */ senderFactory({
  factory: "svix",
  name: "svix",
  options: ["secret", "publicKey"],
  define: (options) => ({
    auth: standardWebhooksAuth("svix", options, "either"),
    event: standardWebhooksEvent("either"),
    reply: STANDARD_REPLY,
  }),
});
