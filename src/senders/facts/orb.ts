// Orb: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const orb: SenderFacts = {
  title: "Orb",
  credential: "Orb dashboard → Webhooks → the endpoint's signing secret. Used as text.",
  proof:
    "`X-Orb-Signature: v1=<hex>[ v1=<hex>]`: HMAC-SHA256 over `v1:<X-Orb-Timestamp>:<body>`; the time is ISO 8601, and UTC where it names no zone.",
  exampleType: "invoice.payment_succeeded",
  oracle: { kind: "library", source: "orb-billing" },
  sources: [
    "orb-billing 6, src/resources/webhooks.ts",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: orb",
    "docs.withorb.com/integrations-and-exports/webhooks",
  ],
  unconfirmed: ["the time limit and the retries", "that `id` stays the same over attempts"],
};
