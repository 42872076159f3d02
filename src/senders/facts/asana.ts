// Asana: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const asana: SenderFacts = {
  title: "Asana",
  credential: "The `X-Hook-Secret` that Asana sends while the webhook is made, one for each webhook. Used as text.",
  proof: "`X-Hook-Signature: <lower-case hex, 64 chars>`: HMAC-SHA256 over the body.",
  exampleType: "task.changed",
  retries: "With growing pauses for 24 hours; then the webhook is deleted.",
  notes: [
    "While you create the webhook, `X-Hook-Secret` comes unsigned. `await receiver.enrol()` gets it, or an option `enrol(secret, delivery)`; it is repeated, as Asana wants it, and at any other time refused. Give `secret` as a function that finds what you kept.",
    "A batch: `events[]`, empty every eight hours as a heartbeat. Events have no id, so nothing is deduped.",
    "A 410 would delete the webhook.",
  ],
  oracle: { kind: "documentation", source: "https://developers.asana.com/docs/webhooks-guide" },
  sources: [
    "https://developers.asana.com/docs/webhooks-guide",
    "Asana/developer-docs, webhooks",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: asana",
  ],
};
