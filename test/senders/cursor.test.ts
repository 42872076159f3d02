// Checks the sender Cursor.

import { createHmac } from "node:crypto";
import { cursor } from "hookgate/senders";
import { documentationOracle } from "../support/senders/documentation-oracle.js";

const secret = "0123456789abcdef0123456789abcdef";
function hex(text: string, key = secret, algorithm = "sha256"): string {
  return createHmac(algorithm, key).update(text).digest("hex");
}

documentationOracle("https://docs.cursor.com/account/cloud-agent-webhooks", {
  sender: cursor({ secret }),
  body: { event: "statusChange", status: "FINISHED" },
  headers: (body) => ({ "x-webhook-id": "w1", "x-webhook-signature": `sha256=${hex(body)}` }),
  seen: { type: "statusChange", id: "w1" },
});
