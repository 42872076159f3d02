// Typeform: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const typeform: SenderFacts = {
  title: "Typeform",
  credential: "The form → Connect → Webhooks → Edit → Secret, as you chose it. Used as text.",
  proof: "`Typeform-Signature: sha256=<base64, 44 chars>`: HMAC-SHA256 over the body. Base64, in spite of its prefix.",
  exampleType: "form_response",
  retries:
    "404 and 410 disable the webhook at once; after 408, 423, 429 and 503 every 2 to 3 minutes for ten hours; else about five times.",
  oracle: { kind: "documentation", source: "https://www.typeform.com/developers/webhooks/secure-your-webhooks/" },
  sources: [
    "https://www.typeform.com/developers/webhooks/secure-your-webhooks/",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: typeform",
  ],
  unconfirmed: ["30 s time limit"],
};
