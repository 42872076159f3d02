// Ably: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const ably: SenderFacts = {
  title: "Ably",
  credential:
    "API key of the rule: the part after the colon. Used as text. Of several: a function that looks it up by `x-ably-key`.",
  proof: "`X-Ably-Signature: <base64, 44 chars>`: HMAC-SHA256 over the body. `X-Ably-Key` names the key.",
  exampleType: "channel.message",
  retries: "After 5xx; after no answer within its time limit at 4 and 20 seconds; the queue is kept for 5 minutes.",
  notes: [
    "A batch: `items[]`. `webhookId` names the rule, not the event, so nothing is deduped.",
    "A batch holds up to 1,000 messages of 64 KB; 10 MiB are allowed for.",
    "The rule must be batched (others are not signed) and encoded as JSON: MessagePack is not read.",
  ],
  oracle: { kind: "documentation", source: "https://github.com/ably/docs" },
  sources: ["https://github.com/ably/docs", "ably/docs, webhooks/index.mdx"],
  unconfirmed: ["whether `serial` names one event", "time limit"],
};
