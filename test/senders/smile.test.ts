// Checks the sender Smile API.

import { createHmac } from "node:crypto";
import { smile } from "hookgate/senders";
import { documentationOracle } from "../support/senders/documentation-oracle.js";

const secret = "0123456789abcdef0123456789abcdef";
function hex(text: string, key = secret, algorithm = "sha256"): string {
  return createHmac(algorithm, key).update(text).digest("hex");
}

documentationOracle("https://docs.getsmileapi.com/reference/webhooks", {
  sender: smile({ secret }),
  body: { id: "e1", type: "ACCOUNT_CONNECTED" },
  headers: (body) => ({ "smile-signature": hex(body, secret, "sha512") }),
  seen: { type: "ACCOUNT_CONNECTED", id: "ACCOUNT_CONNECTED.e1" },
});
