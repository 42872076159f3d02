// Standard Webhooks 1.0.0, and Svix, where it comes from.
import { type SenderFactory, senderFactory } from "./shared/factory.js";
import {
  STANDARD_REPLY,
  type StandardWebhooksOptions,
  standardWebhooksAuth,
  standardWebhooksEvent,
} from "./shared/standard-webhooks-scheme.js";

const SIGNED =
  "HMAC-SHA256 over `<id>.<timestamp>.<body>`, `v1,<base64>`, several separated by a space while the sender rotates; or, with `publicKey`, `v1a,<base64>`, Ed25519 over the same. Versions that have no key here are skipped.";

/**
 * Any sender that follows Standard Webhooks.
 *
 * Shape:   `webhook-id`, `webhook-timestamp: <unix seconds>`, `webhook-signature: v1,<base64>[ v1,<base64>…]`, `v1a,<base64>`
 * Source:  the specification, version 1.0.0; test/vectors/senders.json and published.json.
 * Promise: id, time and body come from a holder of the secret, or of the private key. Not promised: a type; a body without
 *          one is a `message`.
 *
 * @param options.secret - `whsec_` and base64 of 24 to 64 bytes.
 * @param options.publicKey - `whpk_` and base64 of 32 bytes.
 * @throws {TypeError} When neither is given, or one is missing or ill-formed.
 * @example createReceiver(standardWebhooks({ secret: process.env.WEBHOOK_SECRET }))
 */
export const standardWebhooks: SenderFactory<StandardWebhooksOptions> = senderFactory({
  factory: "standardWebhooks",
  name: "standard-webhooks",
  title: "Standard Webhooks",
  credential:
    "`whsec_` and base64 of 24 to 64 bytes, as the sender shows it; or `whpk_…` as `publicKey`, of senders that sign with a private key. With both, either is enough.",
  proof: `headers \`webhook-id\`, \`webhook-timestamp\` (unix seconds), \`webhook-signature\`: ${SIGNED}`,
  exampleType: "user.created",
  retries: "About ten times over days, by the specification's advice.",
  notes: [
    "For any sender that follows the [specification](https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md), version 1.0.0. It advises senders to wait 15 to 30 s; 15 is assumed.",
    "There is no handshake and no list of addresses.",
  ],
  sources: ["github.com/standard-webhooks/standard-webhooks@b2fa7b8719, spec/standard-webhooks.md"],
  options: ["secret", "publicKey"],
  define: (options) => ({
    auth: standardWebhooksAuth("standardWebhooks", options, "webhook"),
    event: standardWebhooksEvent("webhook"),
    reply: STANDARD_REPLY,
  }),
});

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
export const svix: SenderFactory<StandardWebhooksOptions> = senderFactory({
  factory: "svix",
  name: "svix",
  title: "Svix",
  credential: "the endpoint's signing secret, `whsec_…`, in the consumer portal; `whpk_…` as `publicKey`.",
  proof: `headers \`svix-id\`, \`svix-timestamp\` (unix seconds), \`svix-signature\`, or \`webhook-*\`: ${SIGNED}`,
  exampleType: "invoice.paid",
  events:
    "id `svix-id`, or `webhook-id`, of the headers, the same over retries; type `type` of the body, `message` where it has none; time `timestamp` of the body.",
  retries:
    "At once, then after 5 s, 5 min, 30 min, 2 h, 5 h, 10 h and 10 h ([schedule](https://docs.svix.com/retries)); by hand also later. An endpoint whose attempts all fail for five days is disabled.",
  notes: [
    "Svix delivers for many others. Headers of both sets in one delivery are refused, for they could contradict each other.",
  ],
  sources: [
    "github.com/svix/svix-webhooks@4fc0cfb8b4, javascript/src/webhook.ts, server/svix-server/src/worker.rs",
    "docs.svix.com",
    "resend.com/docs/webhooks/retries-and-replays, of a sender that delivers through Svix: the schedule",
  ],
  unconfirmed: ["15 s time limit", "addresses at docs.svix.com/receiving/source-ips"],
  options: ["secret", "publicKey"],
  define: (options) => ({
    auth: standardWebhooksAuth("svix", options, "either"),
    event: standardWebhooksEvent("either"),
    reply: STANDARD_REPLY,
  }),
});
