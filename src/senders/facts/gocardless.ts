// GoCardless: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.

import type { SenderFacts } from "./sender-facts.js";
import { NOTES } from "./third-party-notes.js";

export const gocardless: SenderFacts = {
  title: "GoCardless",
  credential: "Dashboard → Developers → the webhook endpoint's secret. Used as text.",
  proof: "`Webhook-Signature: <lower-case hex, 64 chars>`: HMAC-SHA256 over the body.",
  exampleType: "payments.confirmed",
  retries: "The whole batch again after a failure; events that were done before do not run again.",
  oracle: { kind: "library", source: "gocardless-nodejs" },
  sources: ["github.com/gocardless/gocardless-nodejs@d15252ad4f", `${NOTES}: gocardless`],
  unconfirmed: ["10 s time limit", "how long it retries"],
};
