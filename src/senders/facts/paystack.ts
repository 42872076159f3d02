// Paystack: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.

import type { SenderFacts } from "./sender-facts.js";
import { NOTES } from "./third-party-notes.js";

export const paystack: SenderFacts = {
  title: "Paystack",
  credential:
    "Dashboard → Settings → API Keys & Webhooks → Secret Key (`sk_live_…`): there is no other one for webhooks.",
  proof: "`x-paystack-signature: <lower-case hex, 128 chars>`: HMAC-SHA512 over the body.",
  exampleType: "charge.success",
  events:
    "type `event` of the body. There is no id of the event; where an object reaches a state once (`charge.success`, `transfer.failed`, …), type and `data.id` are the id, both signed. Others are not deduped.",
  retries:
    "Live every 3 minutes for the first 4 tries, then hourly for up to 72 hours; in test mode hourly for 10 hours.",
  notes: ["Sent from 52.31.139.75, 52.49.173.169 and 52.214.14.220.", "Success is exactly 200."],
  oracle: { kind: "documentation", source: "https://paystack.com/docs/payments/webhooks" },
  sources: ["https://paystack.com/docs/payments/webhooks", `${NOTES}: paystack`],
  unconfirmed: [
    "that `data.id` is there in all events of the kinds that happen once; where it is missing there is no dedupe",
  ],
};
