// Alchemy Notify: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.

import type { SenderFacts } from "./sender-facts.js";
import { NOTES } from "./third-party-notes.js";

export const alchemy: SenderFacts = {
  title: "Alchemy Notify",
  credential: "Dashboard → Webhooks → the webhook → Signing Key (not the auth token). Used as text.",
  proof: "`X-Alchemy-Signature: <lower-case hex, 64 chars>`: HMAC-SHA256 over the body.",
  exampleType: "ADDRESS_ACTIVITY",
  retries: "With growing intervals for ten minutes, or an hour on enterprise plans.",
  notes: ["Sent from 54.236.136.17 and 34.237.24.169."],
  oracle: { kind: "documentation", source: "https://www.alchemy.com/docs/reference/notify-api-quickstart" },
  sources: ["https://www.alchemy.com/docs/reference/notify-api-quickstart", `${NOTES}: alchemy`],
  unconfirmed: ["the time limit", "that `id` stays the same over attempts"],
};
