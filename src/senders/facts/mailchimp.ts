// Mailchimp Marketing: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const mailchimp: SenderFacts = {
  title: "Mailchimp Marketing",
  credential: "A token that you put into the webhook's URL yourself: `https://example.com/webhooks/mailchimp?token=…`.",
  proof: "`?token=` in the URL. Nothing is signed.",
  exampleType: "subscribe",
  retries: "With growing pauses for an hour or so.",
  notes: [
    "A form, with flat names such as `data[email]`. Events have no id, so they are not deduped.",
    "URLs end up in logs: anyone who reads them knows the token.",
  ],
  oracle: {
    kind: "documentation",
    source: "https://mailchimp.com/developer/marketing/guides/sync-audience-data-webhooks/",
  },
  sources: [
    "https://mailchimp.com/developer/marketing/guides/sync-audience-data-webhooks/",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: mailchimp",
  ],
  unconfirmed: ["retries and time limit"],
};
