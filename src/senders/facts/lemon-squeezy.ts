// Lemon Squeezy: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const lemonSqueezy: SenderFacts = {
  title: "Lemon Squeezy",
  credential: "Settings → Webhooks → the signing secret you chose there. Used as text.",
  proof: "`X-Signature: <lower-case hex, 64 chars>`: HMAC-SHA256 over the body.",
  exampleType: "order_created",
  retries: "Three more times, after 5, 25 and 125 s.",
  notes: [
    "There is no id of the event, so nothing is deduped.",
    "`X-Event-Name` repeats the type, unsigned; the body's is used.",
  ],
  oracle: { kind: "library", source: "@hookflo/tern" },
  sources: ["the shape table of the sender list, from vendor documentation at second hand"],
  unconfirmed: ["the time limit and the retries", "whether `meta.webhook_id` names the event"],
};
