// Checks the sender Commerce Layer.

import { createHmac } from "node:crypto";
import { commerceLayer } from "hookgate/senders";
import { documentationOracle } from "../support/senders/documentation-oracle.js";

const secret = "0123456789abcdef0123456789abcdef";
function base64(text: string, key = secret): string {
  return createHmac("sha256", key).update(text).digest("base64");
}

documentationOracle("https://docs.commercelayer.io/core/callbacks-security", {
  sender: commerceLayer({ secret }),
  body: { data: { id: "o1" } },
  headers: (body) => ({ "x-commercelayer-topic": "orders.place", "x-commercelayer-signature": base64(body) }),
  seen: { type: "orders.place" },
});
