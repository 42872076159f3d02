// PagerDuty: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.

import type { SenderFacts } from "./sender-facts.js";

export const pagerduty: SenderFacts = {
  title: "PagerDuty",
  credential: "The subscription's secret, which is in the answer to its creation. Used as text.",
  proof:
    "`X-PagerDuty-Signature: v1=<lower-case hex, 64 chars>[,v1=…]`, several while a secret is rotated: HMAC-SHA256 over the body.",
  exampleType: "incident.triggered",
  oracle: { kind: "vector", source: "github.com/PagerDuty/go-pagerduty@3df5eb4e62 webhookv3/webhookv3_test.go" },
  sources: [
    "github.com/PagerDuty/developer-docs@01f977eb0a, docs/webhooks/04-Signatures.md",
    "github.com/PagerDuty/go-pagerduty@3df5eb4e62, webhookv3",
  ],
  unconfirmed: ["the time limit, and the schedule of retries", "whether `event.id` stays the same over retries"],
};
