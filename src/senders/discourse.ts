// Discourse: HMAC over the body, and everything else in headers.
import { mac } from "../auth/schemes/hmac.js";
import { header } from "../core/field.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** Discourse's webhooks. Types are event names: `post_created`, `topic_edited`. */
export const discourse: SecretSender = senderFactory({
  factory: "discourse",
  name: "discourse",
  title: "Discourse",
  credential: "Admin → API → Webhooks → the webhook → Secret, at least 12 characters. Used as text.",
  proof: "`X-Discourse-Event-Signature: sha256=<hex>`, HMAC-SHA256 over the body.",
  exampleType: "post_created",
  retries: "Off unless the site setting `retry_web_hook_events` is on; then up to 4 times, after 1, 5, 25 and 125 min.",
  notes: [
    "`X-Discourse-Event` and `X-Discourse-Event-Id` are headers, and the signature covers neither.",
    "Several sites (`X-Discourse-Instance`) count their events each for itself: give each its own receiver and `scope`.",
  ],
  sources: ["hookdeck/webhook-skills, providers.yaml @00ad8d05: discourse"],
  unconfirmed: [
    "that `X-Discourse-Event-Id` stays the same over retries",
    "the schedule",
    "the time limit: 15 s is assumed",
  ],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({ secret, signature: { header: "x-discourse-event-signature", encoding: "hex", prefix: "sha256=" } }),
    event: { id: header("x-discourse-event-id"), type: header("x-discourse-event") },
    reply: { retryHorizonSeconds: 86_400, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
