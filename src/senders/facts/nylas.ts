// Nylas: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const nylas: SenderFacts = {
  title: "Nylas",
  credential:
    "The `webhook_secret` that the API answers when the webhook is made or its secret is rotated. Used as text.",
  proof: "`X-Nylas-Signature: <lower-case hex, 64 chars>`: HMAC-SHA256 over the body.",
  exampleType: "message.created",
  retries: "Twice after 408, 429, 502, 503, 504 or 507, within 20 minutes.",
  notes: [
    "Other statuses, 500 among them, are not retried: throw `RetryLater` (503) where it should be retried.",
    "Compressed notifications must stay switched off: a body with a Content-Encoding is refused (415).",
  ],
  oracle: { kind: "documentation", source: "https://developer.nylas.com/docs/v3/notifications/webhooks/" },
  sources: [
    "https://developer.nylas.com/docs/cookbook/use-cases/build/handle-duplicate-webhooks/: `id` stays the same",
    "https://developer.nylas.com/docs/v3/notifications/webhooks/",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: nylas",
  ],
};
