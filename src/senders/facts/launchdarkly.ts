// LaunchDarkly: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.

import type { SenderFacts } from "./sender-facts.js";

export const launchdarkly: SenderFacts = {
  title: "LaunchDarkly",
  credential: "Integrations → Webhooks → the secret, once signing is switched on. Used as text.",
  proof: "`X-LD-Signature: <lower-case hex, 64 chars>`: HMAC-SHA256 over the body.",
  exampleType: "flag",
  notes: ["Deliveries may come out of order: `date` tells which change was first."],
  oracle: { kind: "documentation", source: "https://launchdarkly.com/docs/home/infrastructure/webhooks" },
  sources: [
    "https://launchdarkly.com/docs/home/infrastructure/webhooks",
    "github.com/getsentry/sentry, its receiver of LaunchDarkly's webhooks: hex of HMAC-SHA256",
  ],
  unconfirmed: ["the time limit, and the schedule of retries"],
};
