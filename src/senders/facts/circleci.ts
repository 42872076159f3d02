// CircleCI: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.

import type { SenderFacts } from "./sender-facts.js";

export const circleci: SenderFacts = {
  title: "CircleCI",
  credential: "Project settings → Webhooks → the secret token that you chose. Used as text.",
  proof: "`circleci-signature: v1=<lower-case hex, 64 chars>`: HMAC-SHA256 over the body. Other versions are skipped.",
  exampleType: "workflow-completed",
  notes: ["Without a secret token CircleCI signs nothing, and every delivery is refused."],
  oracle: { kind: "vector", source: "https://circleci.com/docs/webhooks/" },
  sources: ["https://circleci.com/docs/webhooks/"],
  unconfirmed: ["the time limit, and the schedule of retries", "whether `id` stays the same over retries"],
};
