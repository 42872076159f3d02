// Flexport: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const flexport: SenderFacts = {
  title: "Flexport",
  credential: "Settings → Webhook endpoints → the endpoint → Secret token. Used as text.",
  proof:
    "`X-Hub-Signature-256: sha256=<lower-case hex, 64 chars>`: HMAC-SHA256 over the body. The older `X-Hub-Signature` (HMAC-SHA1) is not read.",
  exampleType: "/shipment#created",
  retries: "After anything but 200.",
  notes: ["Only 200 is success."],
  oracle: { kind: "documentation", source: "https://developers.flexport.com/faq/webhooks/" },
  sources: [
    "https://developers.flexport.com/faq/webhooks/",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: flexport",
  ],
  unconfirmed: ["that `id` names the event", "how long it retries", "time limit"],
};
