// Checks the sender Uber Eats.

import { createHmac } from "node:crypto";
import { uberEats } from "hookgate/senders";
import { documentationOracle } from "../support/senders/documentation-oracle.js";

const secret = "0123456789abcdef0123456789abcdef";
function hex(text: string, key = secret, algorithm = "sha256"): string {
  return createHmac(algorithm, key).update(text).digest("hex");
}

documentationOracle("https://developer.uber.com/docs/eats/guides/webhooks", {
  sender: uberEats({ secret }),
  body: { event_id: "e1", event_type: "orders.notification" },
  headers: (body) => ({ "x-uber-signature": hex(body) }),
  seen: { type: "orders.notification", id: "e1" },
});
