// Checks the sender Ably.

import { createHmac } from "node:crypto";
import { ably } from "hookgate/senders";
import { documentationOracle } from "../support/senders/documentation-oracle.js";

const secret = "0123456789abcdef0123456789abcdef";
function base64(text: string, key = secret): string {
  return createHmac("sha256", key).update(text).digest("base64");
}

documentationOracle("https://github.com/ably/docs", {
  sender: ably({ secret }),
  body: { items: [{ name: "channel.message", timestamp: 1 }] },
  headers: (body) => ({ "x-ably-key": "k", "x-ably-signature": base64(body) }),
  seen: { type: "channel.message" },
});
