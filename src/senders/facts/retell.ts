// Retell AI: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const retell: SenderFacts = {
  title: "Retell AI",
  credential: "The API key that has the webhook badge. Used as text.",
  proof: "`X-Retell-Signature: v=<Unix milliseconds>,d=<lower-case hex, 64 chars>`: HMAC-SHA256 over `<body><v>`.",
  exampleType: "call_ended",
  events:
    "type `event` of the body; id of `event` and `call.call_id` (or `chat.chat_id`) where that happens once: started, ended, analyzed. A call has many `transcript_updated` and may have several transfers, so these have none.",
  retries: "Up to three times, where no 2xx came within 10 seconds.",
  oracle: { kind: "library", source: "retell-sdk" },
  sources: [
    "https://docs.retellai.com/features/secure-webhook",
    "https://docs.retellai.com/features/webhook-overview: the kinds of events",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: retell",
  ],
  unconfirmed: ["how far apart the retries are"],
};
