// Checks the sender Ashby.

import { createHmac } from "node:crypto";
import { ashby } from "hookgate/senders";
import { documentationOracle } from "../support/senders/documentation-oracle.js";

const secret = "0123456789abcdef0123456789abcdef";
function hex(text: string, key = secret, algorithm = "sha256"): string {
  return createHmac(algorithm, key).update(text).digest("hex");
}

documentationOracle("https://developers.ashbyhq.com/docs/authenticating-webhooks", {
  sender: ashby({ secret }),
  body: { action: "applicationSubmit", webhookActionId: "w1", data: {} },
  headers: (body) => ({ "ashby-signature": `sha256=${hex(body)}` }),
  seen: { type: "applicationSubmit", id: "w1" },
});
