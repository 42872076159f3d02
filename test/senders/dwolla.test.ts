// Checks the sender Dwolla.

import { createHmac } from "node:crypto";
import { dwolla } from "hookgate/senders";
import { documentationOracle } from "../support/senders/documentation-oracle.js";

const secret = "0123456789abcdef0123456789abcdef";
function hex(text: string, key = secret, algorithm = "sha256"): string {
  return createHmac(algorithm, key).update(text).digest("hex");
}

documentationOracle("https://developers.dwolla.com", {
  sender: dwolla({ secret }),
  body: { id: "e1", topic: "customer_transfer_completed" },
  headers: (body) => ({ "x-request-signature-sha-256": hex(body) }),
  seen: { type: "customer_transfer_completed", id: "e1" },
});
