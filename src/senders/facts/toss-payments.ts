// Toss Payments: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const tossPayments: SenderFacts = {
  title: "Toss Payments",
  credential:
    "**`confirm(event)`** is required: it decides about unsigned events before they are claimed. Ask Toss for the payment by its `paymentKey`. `true` lets the event through, `false` is 401, an object replaces the payload with what you fetched (the best choice: then nothing of the body is believed), and a throw is 503, so Toss sends it again. **`securityKey`**, from the developer centre, is for `payout.changed` and `seller.changed`. **`depositSecret(orderId)`** answers the `secret` you stored when the payment was approved, or `undefined` where there is no such order (401); a throw is 503. A kind whose option is missing is 500 `misconfigured`, and you are told which one.",
  proof:
    "`payout.changed`, `seller.changed`: `tosspayments-webhook-signature: v1:<base64>,v1:<base64>`, either is enough; HMAC-SHA256 with the security key over `<body>:<tosspayments-webhook-transmission-time>`. `DEPOSIT_CALLBACK` (virtual account): the body's `secret` is that of the payment's approval response. All others (`PAYMENT_STATUS_CHANGED`, `CANCEL_STATUS_CHANGED`, `BILLING_DELETED`, `METHOD_UPDATED`, `CUSTOMER_STATUS_CHANGED`): **none**, anybody can post one, so `event.verified` is `false`.",
  exampleType: "PAYMENT_STATUS_CHANGED",
  events:
    "type: `eventType` of the body; a `DEPOSIT_CALLBACK` has none, and one that names it is refused. Id: `eventId` of the body of `payout.changed` and `seller.changed` (signed), else `tosspayments-webhook-transmission-id` (not signed). Attempt: `tosspayments-webhook-transmission-retried-count`.",
  retries:
    "Up to 7 more times, after 1, 4, 16, 64, 256, 1,024 and 4,096 minutes: 3 days 19 hours. Only **200** counts, not every 2xx.",
  notes: [
    "Korea. One URL takes several kinds, of which only two types are signed.",
    "A deposit's secret proves who sent it, not that status or any other field is unchanged.",
  ],
  oracle: { kind: "documentation", source: "https://docs.tosspayments.com/guides/webhook" },
  sources: [
    "https://docs.tosspayments.com/guides/webhook",
    "docs.tosspayments.com, the webhook guide (/guides/webhook) and reference (/reference/using-api/webhook-events)",
    "no vector is published",
  ],
  unconfirmed: [
    "whether the security key is used as its text (as here) or decoded from hex first",
    "whether the transmission id stays the same over retries, without which those events are not deduped",
    "whether the signed transmission time is new on each attempt, for which reason it is not used for freshness",
    "10 s time limit: a third party's word",
    "that Toss publishes its addresses",
  ],
};
