// Bridge (bridge.xyz): where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.

import type { SenderFacts } from "./sender-facts.js";
import { NOTES } from "./third-party-notes.js";

export const bridgeXyz: SenderFacts = {
  title: "Bridge (bridge.xyz)",
  credential: "The PEM in `public_key` of the answer that made the webhook: each has its own.",
  proof:
    "`X-Webhook-Signature: t=<unix milliseconds>,v0=<base64>`: RSA (PKCS #1 v1.5) with SHA-256 over the SHA-256 of `<t>.<body>`, so hashed twice.",
  exampleType: "transfer.updated",
  oracle: {
    kind: "documentation",
    source: "https://apidocs.bridge.xyz/platform/additional-information/webhooks/signature",
  },
  sources: [
    "https://apidocs.bridge.xyz/platform/additional-information/webhooks/signature",
    `${NOTES}: bridge-xyz`,
    "apidocs.bridge.xyz, webhook signature",
  ],
  unconfirmed: ["the members `event_id` and `event_created_at`", "the time limit and the retries"],
};
