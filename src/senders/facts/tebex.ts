// Tebex: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.

import type { SenderFacts } from "./sender-facts.js";
import { NOTES } from "./third-party-notes.js";

export const tebex: SenderFacts = {
  title: "Tebex",
  credential: "Creator Panel → Developers → Webhooks → Endpoints → secret. Used as text.",
  proof: "`X-Signature: <lower-case hex, 64 chars>`: HMAC-SHA256 over the hex text of the body's SHA-256.",
  exampleType: "payment.completed",
  notes: [
    "Sent from 18.209.80.3 and 54.87.231.232.",
    "`validation.webhook` is answered with its `id`, once the signature holds.",
  ],
  oracle: { kind: "documentation", source: "https://docs.tebex.io/developers/webhooks/overview" },
  sources: ["https://docs.tebex.io/developers/webhooks/overview", `${NOTES}: tebex`],
  unconfirmed: ["the time limit and the retries"],
};
