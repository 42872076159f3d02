// Hookdeck Event Gateway: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const hookdeck: SenderFacts = {
  title: "Hookdeck Event Gateway",
  credential: "Project settings → Secrets → Signing secret. Used as text.",
  proof:
    "`X-Hookdeck-Signature: <base64, 44 chars>`: HMAC-SHA256 over the body; `X-Hookdeck-Signature-2` while the secret is rotated.",
  exampleType: "event",
  retries: "As the connection's rule says.",
  notes: [
    "The body is the original sender's. Its own signature does not hold any more unless that sender's secret is configured here.",
    "Ids and attempts are headers, and the signature covers neither.",
  ],
  oracle: { kind: "documentation", source: "https://hookdeck.com/docs/verification" },
  sources: [
    "https://hookdeck.com/docs/verification",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: hookdeck-event-gateway",
  ],
  unconfirmed: ["the second header's name", "that `X-Hookdeck-EventID` stays the same over retries"],
};
