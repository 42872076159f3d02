// Front: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const front: SenderFacts = {
  title: "Front",
  credential: "Settings → Developers → your app → Basic information → App secret (signing key). Used as text.",
  proof:
    "`X-Front-Signature: <base64, 44 chars>`: HMAC-SHA256 over `<X-Front-Request-Timestamp>:<body>`; the time is in Unix milliseconds.",
  exampleType: "inbound_received",
  retries: "Up to three times after 408, 429, 500 or no answer; then the webhook is disabled.",
  notes: [
    "When the webhook is saved, Front sends `X-Front-Challenge`, signed; it is repeated as text.",
    "Rule webhooks are another thing (HMAC-SHA1 over the body) and are refused.",
  ],
  oracle: { kind: "documentation", source: "https://dev.frontapp.com/docs/application-webhooks" },
  sources: [
    "https://dev.frontapp.com/docs/application-webhooks",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: frontapp",
  ],
  unconfirmed: ["that `payload.id` names the event", "time limit beyond the challenge's 10 s"],
};
