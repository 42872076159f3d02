// Checks the sender Picqer.

import { createHmac } from "node:crypto";
import { picqer } from "hookgate/senders";
import { documentationOracle } from "../support/senders/documentation-oracle.js";

const secret = "0123456789abcdef0123456789abcdef";
function base64(text: string, key = secret): string {
  return createHmac("sha256", key).update(text).digest("base64");
}

documentationOracle("https://picqer.com/en/api/webhooks", {
  sender: picqer({ secret }),
  body: { idhook: 1, event: "orders.created", data: {} },
  headers: (body) => ({ "x-picqer-signature": base64(body) }),
  seen: { type: "orders.created" },
});
