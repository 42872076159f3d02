// Trello: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const trello: SenderFacts = {
  title: "Trello",
  credential: "trello.com/power-ups/admin → your Power-Up → API key → Secret (the OAuth 1.0 secret). Used as text.",
  proof:
    "`X-Trello-Webhook: <base64, 28 chars>`: HMAC-SHA1 over `<body><callbackURL>`, the URL exactly as it was registered.",
  exampleType: "createCard",
  retries: "Three times, after 30, 60 and 120 seconds.",
  notes: ["A 410 would delete the webhook. It is disabled after some 30 days of failures."],
  oracle: { kind: "documentation", source: "https://developer.atlassian.com/cloud/trello/guides/rest-api/webhooks/" },
  sources: [
    "https://developer.atlassian.com/cloud/trello/guides/rest-api/webhooks/",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: trello",
  ],
  unconfirmed: ["that `action.id` stays the same over retries", "that 410 deletes the webhook", "time limit"],
};
