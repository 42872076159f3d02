// Checks the sender Tally.

import { createHmac } from "node:crypto";
import { tally } from "hookgate/senders";
import { documentationOracle } from "../support/senders/documentation-oracle.js";

const secret = "0123456789abcdef0123456789abcdef";
function base64(text: string, key = secret): string {
  return createHmac("sha256", key).update(text).digest("base64");
}

documentationOracle("https://tally.so/help/webhooks", {
  sender: tally({ secret }),
  body: { eventId: "e1", eventType: "FORM_RESPONSE", data: {} },
  headers: (body) => ({ "tally-signature": base64(body) }),
  seen: { type: "FORM_RESPONSE", id: "e1" },
});
