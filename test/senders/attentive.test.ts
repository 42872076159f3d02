// Checks the sender Attentive.

import { createHmac } from "node:crypto";
import { attentive } from "hookgate/senders";
import { documentationOracle } from "../support/senders/documentation-oracle.js";

const secret = "0123456789abcdef0123456789abcdef";
function hex(text: string, key = secret, algorithm = "sha256"): string {
  return createHmac(algorithm, key).update(text).digest("hex");
}

documentationOracle("https://docs.attentive.com/docs/webhook-authentication/", {
  sender: attentive({ secret }),
  body: { type: "sms.subscribed", timestamp: 1 },
  headers: (body) => ({ "x-attentive-hmac-sha256": hex(body) }),
  seen: { type: "sms.subscribed" },
});
