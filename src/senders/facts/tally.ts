// Tally: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const tally: SenderFacts = {
  title: "Tally",
  credential: "The form → Integrations → Webhooks → Signing secret. Used as text. Without one, nothing is signed.",
  proof: "`Tally-Signature: <base64, 44 chars>`: HMAC-SHA256 over the body.",
  exampleType: "FORM_RESPONSE",
  retries: "After 5 minutes, 30 minutes, 1 hour, 6 hours and 1 day.",
  oracle: { kind: "documentation", source: "https://tally.so/help/webhooks" },
  sources: ["https://tally.so/help/webhooks", "hookdeck/webhook-skills, providers.yaml @00ad8d05: tally"],
};
