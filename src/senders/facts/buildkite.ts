// Buildkite: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.

import type { SenderFacts } from "./sender-facts.js";

export const buildkite: SenderFacts = {
  title: "Buildkite",
  credential: "Notification services → the webhook's token, sent as a signature. Used as text.",
  proof:
    "`X-Buildkite-Signature: timestamp=<Unix seconds>,signature=<lower-case hex, 64 chars>`: HMAC-SHA256 over `<timestamp>.<body>`.",
  exampleType: "build.finished",
  notes: [
    "The token sent as it is (`X-Buildkite-Token`) is not taken: choose the signature.",
    "There is no id of the event, so nothing is deduped.",
  ],
  oracle: { kind: "documentation", source: "https://buildkite.com/docs/apis/webhooks" },
  sources: ["https://buildkite.com/docs/apis/webhooks"],
  unconfirmed: ["the time limit, and the schedule of retries"],
};
