// Checks the sender Walmart Marketplace.

import { createHash, createHmac } from "node:crypto";
import { walmart } from "hookgate/senders";
import { documentationOracle } from "../support/senders/documentation-oracle.js";

const secret = "0123456789abcdef0123456789abcdef";
const nowMs = 1_767_323_045_000;
const seconds = String(nowMs / 1000);
const now = () => nowMs;
function base64(text: string, key = secret): string {
  return createHmac("sha256", key).update(text).digest("base64");
}

documentationOracle("https://developer.walmart.com", {
  kind: "four lines",
  sender: walmart({ secret }),
  options: { now },
  url: "/hooks/walmart?a=b%20c",
  body: { source: { eventId: "w1", eventType: "PO_CREATED" } },
  headers: (body) => ({
    "wm_sec.timestamp": seconds,
    "wm_sec.signature": base64(
      `POST\n/hooks/walmart?a=b%20c\n${seconds}\n${createHash("sha256").update(body).digest("hex")}`,
    ),
  }),
  seen: { type: "PO_CREATED", id: "w1" },
});
