// Checks the sender LINE WORKS.

import { createHmac } from "node:crypto";
import { lineWorks } from "hookgate/senders";
import { documentationOracle } from "../support/senders/documentation-oracle.js";

const secret = "0123456789abcdef0123456789abcdef";
function base64(text: string, key = secret): string {
  return createHmac("sha256", key).update(text).digest("base64");
}

documentationOracle("https://developers.worksmobile.com/docs/bot-callback", {
  sender: lineWorks({ secret }),
  body: { type: "message", issuedTime: "2026-01-02T03:04:05.000Z" },
  headers: (body) => ({ "x-works-signature": base64(body) }),
  seen: { type: "message", id: undefined },
});
