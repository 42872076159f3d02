// USPS Subscriptions – Tracking: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.

import type { SenderFacts } from "./sender-facts.js";
import { NOTES } from "./third-party-notes.js";

export const usps: SenderFacts = {
  title: "USPS Subscriptions – Tracking",
  credential:
    "The secret of 32 characters that you gave with the subscription. Used as text. Without one, nothing is signed.",
  proof:
    "`X-HMAC: <base64, 44 chars>` (formerly `hmac-header`): HMAC-SHA256 over `timestamp` and `payload` of the body, one after the other, as the texts they are.",
  exampleType: "TRACKING",
  retries: "None documented; a listener that cannot be reached is suspended.",
  notes: [
    "Signed are `timestamp` and `payload` alone: not the type, the subscription, or the links.",
    "`payload.payload` is a JSON text of its own: parse it yourself.",
    "There is no id of the event, so nothing is deduped.",
  ],
  oracle: { kind: "documentation", source: "https://developers.usps.com/subscriptions-trackingv3r2" },
  sources: ["https://developers.usps.com/subscriptions-trackingv3r2", `${NOTES}: usps`],
  unconfirmed: ["the format of `timestamp`, which is therefore not judged", "whether it retries, and its time limit"],
};
