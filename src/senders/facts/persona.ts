// Persona: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const persona: SenderFacts = {
  title: "Persona",
  credential: "Dashboard → Webhooks → the webhook → Secret (`wbhsec_…`). Used as text, whole.",
  proof:
    "`Persona-Signature: t=<Unix seconds>,v1=<lower-case hex, 64 chars>`: HMAC-SHA256 over `<t>.<body>`. While a secret is rotated, two such pairs with a space between them.",
  exampleType: "inquiry.completed",
  retries: "Up to seven more attempts with growing pauses; by hand for 30 days.",
  notes: ["Order by `data.attributes.created-at`; deliveries may overtake each other."],
  oracle: { kind: "documentation", source: "https://docs.withpersona.com/webhooks-best-practices" },
  sources: [
    "https://docs.withpersona.com/webhooks-best-practices",
    "https://docs.withpersona.com/webhooks-best-practices#checking-signatures",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: persona",
  ],
  unconfirmed: ["whether a retry is signed with a new time"],
};
