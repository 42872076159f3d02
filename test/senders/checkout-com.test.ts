// Checks the sender Checkout.com.

import { createHmac } from "node:crypto";
import { checkoutCom } from "hookgate/senders";
import { documentationOracle } from "../support/senders/documentation-oracle.js";

const secret = "0123456789abcdef0123456789abcdef";
function hex(text: string, key = secret, algorithm = "sha256"): string {
  return createHmac(algorithm, key).update(text).digest("hex");
}

documentationOracle("https://www.checkout.com/docs/workflows/set-up-your-webhook-receiver", {
  sender: checkoutCom({ secret }),
  body: { id: "evt_1", type: "payment_approved" },
  headers: (body) => ({ "cko-signature": hex(body) }),
  seen: { type: "payment_approved", id: "evt_1" },
});
