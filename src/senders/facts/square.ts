// Square: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const square: SenderFacts = {
  title: "Square",
  credential:
    "Developer Dashboard → the application → Webhooks → Subscriptions → Signature Key. Used as text, not decoded.",
  proof:
    "`x-square-hmacsha256-signature: <base64, 44 chars>`: HMAC-SHA256 over `<notification URL><body>`, the URL exactly as registered.",
  exampleType: "payment.updated",
  retries:
    "Eleven times within 24 hours, after 1 minute at first and 8 hours at last, with `square-retry-number` and `square-retry-reason`.",
  notes: ["No time is signed; the id that dedupe goes by, `event_id`, is."],
  oracle: { kind: "library", source: "square" },
  sources: [
    "github.com/square/square-nodejs-sdk@c58c6e097a, src/wrapper/WebhooksHelper.ts",
    "developer.squareup.com/docs/webhooks, as quoted in several repositories: the schedule",
  ],
  unconfirmed: ["10 s time limit"],
};
