// ShipHero: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const shiphero: SenderFacts = {
  title: "ShipHero",
  credential: "The `shared_signature_secret` that `webhook_create` answers once. Used as text.",
  proof: "`x-shiphero-hmac-sha256: <base64, 44 chars>`: HMAC-SHA256 over the body.",
  exampleType: "Shipment Update",
  retries: "Up to five times.",
  notes: [
    'It wants a 2xx with `{"code": "200", "Status": "Success"}`. Some types (`Generate Label`, `Capture Payment`) want an answer of their own: use `context.reply`.',
    "`X-Shiphero-Message-ID` is a header, and the signature does not cover it.",
  ],
  oracle: { kind: "documentation", source: "https://developer.shiphero.com/webhooks/" },
  sources: ["https://developer.shiphero.com/webhooks/", "hookdeck/webhook-skills, providers.yaml @00ad8d05: shiphero"],
  unconfirmed: ["how far apart the retries are", "that the message id stays the same over retries"],
};
