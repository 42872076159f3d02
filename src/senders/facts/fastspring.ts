// FastSpring: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const fastspring: SenderFacts = {
  title: "FastSpring",
  credential:
    "Developer Tools → Webhooks → Configuration → HMAC SHA256 Secret. Used as text. Without one, nothing is signed.",
  proof: "`X-FS-Signature: <base64, 44 chars>`: HMAC-SHA256 over the body.",
  exampleType: "order.completed",
  retries: "Until it gets a 200. Automatic retries keep the id; those by hand get a new one.",
  notes: ["A batch: `events[]`. Only 200 is success."],
  oracle: { kind: "documentation", source: "https://developer.fastspring.com/reference/message-security" },
  sources: [
    "https://developer.fastspring.com/reference/message-security",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: fastspring",
  ],
  unconfirmed: ["how long it retries", "time limit"],
};
