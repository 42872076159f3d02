// Chargebee: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.

import type { SenderFacts } from "./sender-facts.js";
import { NOTES } from "./third-party-notes.js";

export const chargebee: SenderFacts = {
  title: "Chargebee",
  credential: "Settings → Configure Chargebee → Webhooks → basic authentication: the user name and password you chose.",
  proof: "`Authorization: Basic <base64 of username:password>`. Nothing of what is sent is signed.",
  exampleType: "subscription_created",
  retries: "Seven more times, at growing intervals over three days, after anything but 200; by hand also later.",
  oracle: { kind: "library", source: "chargebee" },
  sources: [
    `${NOTES}: chargebee`,
    "apidocs.chargebee.com/docs/api/events",
    'chargebee.com/docs, "How would I know if the configured webhook URL in my Chargebee site is failing" (200, three days)',
  ],
  unconfirmed: ["the time limit"],
};
