// Checks the sender Hookdeck Event Gateway.

import { createHmac } from "node:crypto";
import { hookdeck } from "hookgate/senders";
import { documentationOracle } from "../support/senders/documentation-oracle.js";

const secret = "0123456789abcdef0123456789abcdef";
function base64(text: string, key = secret): string {
  return createHmac("sha256", key).update(text).digest("base64");
}

documentationOracle("https://hookdeck.com/docs/verification", {
  sender: hookdeck({ secret }),
  body: { a: 1 },
  headers: (body) => ({ "x-hookdeck-eventid": "evt_1", "x-hookdeck-signature": base64(body) }),
  seen: { type: "event", id: "evt_1" },
});
