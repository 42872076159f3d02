// Checks the sender Airwallex.

import { createHmac } from "node:crypto";
import { airwallex } from "hookgate/senders";
import { documentationOracle } from "../support/senders/documentation-oracle.js";

const secret = "0123456789abcdef0123456789abcdef";
const nowMs = 1_767_323_045_000;
const millis = String(nowMs);
const now = () => nowMs;
function hex(text: string, key = secret, algorithm = "sha256"): string {
  return createHmac(algorithm, key).update(text).digest("hex");
}

documentationOracle("https://www.airwallex.com/docs/developer-tools/webhooks/listen-for-webhook-events", {
  sender: airwallex({ secret }),
  options: { now },
  body: { id: "evt_1", name: "payment_intent.succeeded" },
  headers: (body) => ({ "x-timestamp": millis, "x-signature": hex(millis + body) }),
  seen: { type: "payment_intent.succeeded", id: "evt_1" },
});
