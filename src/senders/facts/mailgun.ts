// Mailgun: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const mailgun: SenderFacts = {
  title: "Mailgun",
  credential: "Send → Sending → Webhooks → HTTP webhook signing key. Used as text.",
  proof:
    "`signature: { timestamp, token, signature }` in the body (of routes: form fields of these names): hex HMAC-SHA256 over `<timestamp><token>`, nothing between; the time is in Unix seconds.",
  exampleType: "delivered",
  events: "webhooks: id `event-data.id`, type `event-data.event`. Routes: id `token`, type `inbound`.",
  retries: "After 5, 10 and 15 minutes, 1, 2 and 4 hours; 406 stops it. Notices of delivery do not come again.",
  notes: [
    "Only a time and a token are signed: whoever has seen one delivery can send another body with them for five minutes. Ask the Events API where that matters.",
    "A sub-account's `parent-signature` is not read. Routes must post forms: mail with attachments comes as multipart, which is refused.",
  ],
  sources: [
    "mailgun/mailgun-php @5024827b4b",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: mailgun",
    "documentation.mailgun.com, webhook retries",
  ],
  unconfirmed: ["that a retry has a new time and token", "time limit"],
};
