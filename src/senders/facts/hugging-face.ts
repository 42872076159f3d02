// Hugging Face: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const huggingFace: SenderFacts = {
  title: "Hugging Face",
  credential: "Settings → Webhooks → the webhook → Secret. ASCII, sent as it is.",
  proof: "`X-Webhook-Secret: <secret>`, the same with every delivery.",
  exampleType: "repo.content.update",
  retries: "Unknown: a delivery can be sent again from the webhook's activity.",
  notes: [
    "A static secret binds nothing of what was sent: who learns it can send anything.",
    "There is no id, so nothing is deduped: look the repository's state up instead of counting events.",
  ],
  oracle: { kind: "documentation", source: "https://huggingface.co/docs/hub/webhooks" },
  sources: [
    "https://huggingface.co/docs/hub/webhooks",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: huggingface",
  ],
  unconfirmed: [
    "`event.scope` and `event.action` of the body",
    "the time limit: 15 s is assumed",
    "whether it retries",
  ],
};
