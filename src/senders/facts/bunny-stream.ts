// Bunny Stream: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const bunnyStream: SenderFacts = {
  title: "Bunny Stream",
  credential: "The video library's Read-Only API key. Used as text.",
  proof: "`X-BunnyStream-Signature: <lower-case hex, 64 chars>`: HMAC-SHA256 over the body.",
  exampleType: "3",
  retries: "Not documented.",
  notes: [
    "Types are `Status` as text: 0 queued, 1 processing, 2 encoding, 3 finished, 4 one resolution finished, 5 failed, 6 to 8 uploads, 9 captions, 10 title or description.",
    "There is no id, and a state may be sent repeatedly (4 comes once for each resolution), so nothing is deduped.",
    "Bunny's other webhooks are signed otherwise (`x-bunny-signature`, HMAC-SHA1).",
  ],
  oracle: { kind: "documentation", source: "https://docs.bunny.net/stream/webhooks" },
  sources: [
    "https://docs.bunny.net/stream/webhooks",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: bunny-stream",
  ],
  unconfirmed: ["retries and time limit"],
};
