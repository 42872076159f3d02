// Zendesk: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const zendesk: SenderFacts = {
  title: "Zendesk",
  credential:
    "Admin Center → Webhooks → the webhook → Reveal secret. Used as text. Tests from the Admin Center are signed with a fixed secret of Zendesk's.",
  proof:
    "`X-Zendesk-Webhook-Signature: <base64, 44 chars>`: HMAC-SHA256 over `<X-Zendesk-Webhook-Signature-Timestamp><body>`; the time is RFC 3339.",
  exampleType: "zen:event-type:ticket.created",
  events:
    "type `type` and id `id` of the body where the webhook is subscribed to events; `trigger` and the header `X-Zendesk-Webhook-Invocation-Id` (not signed) where a trigger calls it.",
  retries:
    "409 up to three times, 429 and 503 with a `Retry-After` below 60 s, no answer within 12 s up to five times.",
  notes: [
    "Other statuses are not retried: throw `RetryLater` (503) where it should be retried.",
    "A trigger's body is JSON, a form or XML (passed on as text), below 256 KB; what is in it is up to whoever made the trigger. GET and DELETE have no body, and are not read: the signature does not cover the URL.",
  ],
  oracle: { kind: "documentation", source: "https://developer.zendesk.com/documentation/webhooks/verifying/" },
  sources: [
    "https://developer.zendesk.com/documentation/webhooks/verifying/",
    "https://developer.zendesk.com/documentation/webhooks/anatomy-of-a-webhook-request/",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: zendesk",
  ],
  unconfirmed: ["that the time is RFC 3339", "that the invocation id stays the same over retries"],
};
