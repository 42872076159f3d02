// Favro: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const favro: SenderFacts = {
  title: "Favro",
  credential: "The secret that you gave when you created the webhook. Used as text.",
  proof: "`X-Favro-Webhook: <base64, 28 chars>`: HMAC-SHA1 over `<payloadId of the body><URL as registered>`.",
  exampleType: "created",
  retries: "Not documented.",
  notes: [
    "Only `payloadId` and the URL are signed: anyone who has seen one delivery can send another body under the same id, which is then a duplicate.",
    "What was created or moved (a card, a comment) is given by the object in the body. A `ping` comes when the webhook is made.",
  ],
  oracle: { kind: "documentation", source: "https://favro.com/developer/#webhook-signatures" },
  sources: [
    "https://favro.com/developer/#webhook-signatures",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: favro",
  ],
  unconfirmed: ["retries and time limit", "that `payloadId` stays the same over retries"],
};
