// Airtable: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const airtable: SenderFacts = {
  title: "Airtable",
  credential: "`macSecretBase64`, which the call that makes the webhook answers once. Decoded from base64.",
  proof: "`X-Airtable-Content-MAC: hmac-sha256=<hex>`, HMAC-SHA256 over the body.",
  exampleType: "ping",
  retries: "With backoff; then notifications are switched off for the webhook.",
  notes: [
    "A ping says that something has changed, not what: fetch the webhook's payloads from your cursor on. Nothing is deduped, for one more look does no harm.",
    "A webhook ends after seven days unless it is refreshed.",
  ],
  oracle: {
    kind: "vector",
    source: "github.com/gtalarico/pyairtable@0480949891 tests/test_models_webhook.py (third party)",
  },
  sources: [
    "https://airtable.com/developers/web/api/webhooks-overview",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: airtable",
  ],
  unconfirmed: ["how long it retries: a day is assumed", "the time limit: 15 s is assumed"],
};
