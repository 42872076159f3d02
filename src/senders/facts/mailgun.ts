// Mailgun: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const mailgun: SenderFacts = {
  title: "Mailgun",
  credential: "Send → Sending → Webhooks → HTTP webhook signing key. Used as text.",
  proof:
    "`signature: { timestamp, token, signature }` in the body (of routes: fields of these names in the form or multipart body): hex HMAC-SHA256 over `<timestamp><token>`, nothing between; the time is in Unix seconds.",
  exampleType: "delivered",
  events:
    "webhooks: id of `event-data.timestamp` and `event-data.id`, for the latter is unique within a day only; type `event-data.event`. Routes: id `token`, type `inbound`.",
  retries: "After 5, 10 and 15 minutes, 1, 2 and 4 hours; 406 stops it. Notices of delivery are not retried.",
  notes: [
    "Only a time and a token are signed: anyone who has seen one delivery can send another body with them for five minutes. Ask the Events API where that matters.",
    "A sub-account's `parent-signature` is not read.",
    "Mail with attachments comes as multipart: its files are in the payload as `{ filename, contentType, content }`, the content in base64.",
  ],
  oracle: {
    kind: "vector",
    source: "github.com/mailgun/mailgun-php@5024827b4b tests/Api/WebhookTest.php testVerifyWebhookGood",
  },
  sources: [
    "mailgun/mailgun-php @5024827b4b",
    "documentation.mailgun.com, event structure: an id is unique within a day",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: mailgun",
    "documentation.mailgun.com, webhook retries",
  ],
  unconfirmed: ["that a retry has a new time and token", "time limit"],
};
