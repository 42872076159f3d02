// Checks the sender Cashfree Payments.

import { createHmac } from "node:crypto";
import { cashfree } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { delivered, JSON_TYPE } from "../support/senders/deliver.js";
import { documentationOracle } from "../support/senders/documentation-oracle.js";

const secret = "0123456789abcdef0123456789abcdef";
const nowMs = 1_767_323_045_000;
const millis = String(nowMs);
const now = () => nowMs;
function base64(text: string, key = secret): string {
  return createHmac("sha256", key).update(text).digest("base64");
}

documentationOracle("https://www.cashfree.com/docs/payments/online/webhooks/signature-verification", {
  sender: cashfree({ secret }),
  options: { now },
  body: { type: "PAYMENT_SUCCESS_WEBHOOK", data: { payment: { cf_payment_id: 12 } } },
  headers: (body) => ({ "x-webhook-timestamp": millis, "x-webhook-signature": base64(millis + body) }),
  seen: { type: "PAYMENT_SUCCESS_WEBHOOK", id: "PAYMENT_SUCCESS_WEBHOOK.12" },
});

describe("the tolerance", () => {
  it("of cashfree is none: its time may be that of the event", async () => {
    const text = JSON.stringify({ type: "A" });
    const headers = { "x-webhook-timestamp": "1000000000000", "x-webhook-signature": base64(`1000000000000${text}`) };
    const outcome = await delivered(cashfree({ secret }), { now }).receive({
      headers: { ...JSON_TYPE, ...headers },
      body: text,
    });
    expect(outcome).toMatchObject({ name: "processed" });
  });
});
