// Commerce Layer: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const commerceLayer: SenderFacts = {
  title: "Commerce Layer",
  credential: "The webhook's `shared_secret`, as the API answers it. Used as text.",
  proof: "`X-CommerceLayer-Signature: <base64, 44 chars>`: HMAC-SHA256 over the body.",
  exampleType: "orders.place",
  retries: "Up to ten times; 30 failures in a row open a circuit breaker that must be reset by hand.",
  notes: [
    "The topic is a header, and the signature does not cover it. `data.id` names the order, not the event, so nothing is deduped.",
  ],
  oracle: { kind: "documentation", source: "https://docs.commercelayer.io/core/callbacks-security" },
  sources: [
    "https://docs.commercelayer.io/core/callbacks-security",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: commercelayer",
  ],
  unconfirmed: ["how far apart the retries are", "that there is no id"],
};
