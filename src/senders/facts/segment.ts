// Segment: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const segment: SenderFacts = {
  title: "Segment",
  credential: "The destination's Shared Secret. Used as text. Without one, nothing is signed.",
  proof:
    "`X-Signature: <lower-case hex, 40 chars>`: HMAC-SHA1 over the body; of a batch over its first event alone, written anew as `JSON.stringify` writes it.",
  exampleType: "track",
  events:
    "a single event, or a batch of one; with `batches: true` of any number: an array. Id `messageId`, type `type`.",
  retries: "After no answer and 5xx, for up to four hours.",
  notes: [
    "Of a batch nothing but the first event is signed: anyone who has seen one can put other events behind it. So a batch of more than one is refused with 401: switch batching off at Segment. With `batches: true` all of its events are handled, the others unproven.",
  ],
  oracle: { kind: "documentation", source: "https://github.com/segmentio/segment-docs" },
  sources: [
    "https://github.com/segmentio/segment-docs",
    "segmentio/segment-docs, webhooks/index.md and actions-webhook/index.md (5 s)",
  ],
  unconfirmed: ["that `messageId` stays the same over retries"],
};
