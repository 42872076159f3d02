// Picqer: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const picqer: SenderFacts = {
  title: "Picqer",
  credential: "The `secret` that you gave when you created the hook. Used as text. Without one, nothing is signed.",
  proof: "`X-Picqer-Signature: <base64, 44 chars>`: HMAC-SHA256 over the body.",
  exampleType: "orders.created",
  retries: "15 times within 17 hours; five events that fail permanently within 24 hours disable the hook.",
  notes: ['Events have no id, so they are not deduped; `dedupe: { replay: "suppress" }` refuses equal bodies.'],
  oracle: { kind: "documentation", source: "https://picqer.com/en/api/webhooks" },
  sources: [
    "https://picqer.com/en/api/webhooks",
    "https://picqer.com/en/api/webhooks#validating-webhooks",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: picqer",
  ],
  unconfirmed: ["that there is no id"],
};
