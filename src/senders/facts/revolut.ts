// Revolut: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.

import type { SenderFacts } from "./sender-facts.js";
import { NOTES } from "./third-party-notes.js";

export const revolut: SenderFacts = {
  title: "Revolut",
  credential: "The signing secret that the API answers when the webhook is made: `wsk_…`, used whole, as text.",
  proof:
    "`Revolut-Signature: v1=<hex>[,v1=<hex>]`: HMAC-SHA256 over `v1.<Revolut-Request-Timestamp>.<body>`; the time is in milliseconds.",
  exampleType: "ORDER_COMPLETED",
  retries: "Three more times, ten minutes apart.",
  notes: [
    "There is no id of the event, so nothing is deduped: handle `order_id` and `event` so that twice does no harm.",
    "While the secret is rotated, both signatures come; one that fits is enough.",
    "Sent from 35.246.21.235 and 34.89.70.170 (sandbox: 35.242.130.242, 35.242.162.241).",
  ],
  oracle: {
    kind: "vector",
    source: "https://developer.revolut.com/docs/guides/manage-accounts/webhooks/verify-the-payload-signature",
  },
  sources: [
    "https://developer.revolut.com/docs/guides/accept-payments/tutorials/work-with-webhooks/verify-the-payload-signature",
    "developer.revolut.com, verify the payload signature",
    `${NOTES}: revolut`,
  ],
  unconfirmed: ["the time limit"],
};
