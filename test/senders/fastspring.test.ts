// Checks the sender FastSpring.

import { createHmac } from "node:crypto";
import { fastspring } from "hookgate/senders";
import { documentationOracle } from "../support/senders/documentation-oracle.js";

const secret = "0123456789abcdef0123456789abcdef";
function base64(text: string, key = secret): string {
  return createHmac("sha256", key).update(text).digest("base64");
}

documentationOracle("https://developer.fastspring.com/reference/message-security", {
  sender: fastspring({ secret }),
  body: { events: [{ id: "e1", type: "order.completed" }] },
  headers: (body) => ({ "x-fs-signature": base64(body) }),
  seen: { type: "order.completed", id: "e1" },
});
