// Xero: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const xero: SenderFacts = {
  title: "Xero",
  credential: "My Apps → the app → Webhooks → Webhooks key. Used as text.",
  proof: "`x-xero-signature: <base64, 44 chars>`: HMAC-SHA256 over the body.",
  exampleType: "INVOICE.UPDATE",
  retries: "With growing intervals for 24 hours.",
  notes: [
    'The "intent to receive" needs nothing of yours: rightly signed probes hear 200 with no body, wrongly signed ones 401.',
    "There is no id of the event: tenant, resource, kind and the event's time together are the id, all of it signed.",
    "Events are thin: fetch `resourceUrl`.",
  ],
  oracle: {
    kind: "documentation",
    source: "https://developer.xero.com/documentation/guides/webhooks/configuring-your-server",
  },
  sources: [
    "https://developer.xero.com/documentation/guides/webhooks/configuring-your-server",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: xero",
  ],
  unconfirmed: ["24 hours of retries"],
};
