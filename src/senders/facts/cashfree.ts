// Cashfree Payments: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const cashfree: SenderFacts = {
  title: "Cashfree Payments",
  credential: "The client secret of the API keys. Used as text.",
  proof: "`x-webhook-signature: <base64, 44 chars>`: HMAC-SHA256 over `<x-webhook-timestamp><body>`.",
  exampleType: "PAYMENT_SUCCESS_WEBHOOK",
  events:
    "type `type` of the body; id type and `data.payment.cf_payment_id` of events about a payment, all of it signed; others have none, and are not deduped.",
  notes: ["The signed time is not judged: whether a retry is signed anew is not documented."],
  oracle: {
    kind: "documentation",
    source: "https://www.cashfree.com/docs/payments/online/webhooks/signature-verification",
  },
  sources: [
    "https://www.cashfree.com/docs/payments/online/webhooks/signature-verification",
    "cashfree.com/docs, webhook signature verification",
  ],
  unconfirmed: ["milliseconds as the unit of `x-webhook-timestamp`", "the time limit, the retries and their horizon"],
};
