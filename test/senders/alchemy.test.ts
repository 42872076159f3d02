// Checks the sender Alchemy Notify.

import { createHmac } from "node:crypto";
import { alchemy } from "hookgate/senders";
import { documentationOracle } from "../support/senders/documentation-oracle.js";

const secret = "0123456789abcdef0123456789abcdef";
function hex(text: string, key = secret, algorithm = "sha256"): string {
  return createHmac(algorithm, key).update(text).digest("hex");
}

documentationOracle("https://www.alchemy.com/docs/reference/notify-api-quickstart", {
  sender: alchemy({ secret }),
  body: { webhookId: "wh_1", id: "whevt_1", type: "ADDRESS_ACTIVITY", event: {} },
  headers: (body) => ({ "x-alchemy-signature": hex(body) }),
  seen: { type: "ADDRESS_ACTIVITY", id: "whevt_1" },
});
