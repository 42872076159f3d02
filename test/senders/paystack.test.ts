// Checks the sender Paystack.

import { createHmac } from "node:crypto";
import { paystack } from "hookgate/senders";
import { documentationOracle } from "../support/senders/documentation-oracle.js";

const secret = "0123456789abcdef0123456789abcdef";
function hex(text: string, key = secret, algorithm = "sha256"): string {
  return createHmac(algorithm, key).update(text).digest("hex");
}

documentationOracle("https://paystack.com/docs/payments/webhooks", {
  kind: "an outcome, by event and object",
  sender: paystack({ secret }),
  body: { event: "transfer.failed", data: { id: 7 } },
  headers: (body) => ({ "x-paystack-signature": hex(body, secret, "sha512") }),
  seen: { type: "transfer.failed", id: "transfer.failed.7" },
});

documentationOracle("https://paystack.com/docs/payments/webhooks", {
  kind: "a reminder, which is sent repeatedly and so has no id",
  sender: paystack({ secret }),
  body: { event: "charge.dispute.remind", data: { id: 7 } },
  headers: (body) => ({ "x-paystack-signature": hex(body, secret, "sha512") }),
  seen: { type: "charge.dispute.remind", id: undefined },
});
