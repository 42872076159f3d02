// Checks the sender Courier.

import { createHmac } from "node:crypto";
import { courier } from "hookgate/senders";
import { documentationOracle } from "../support/senders/documentation-oracle.js";

const secret = "0123456789abcdef0123456789abcdef";
function hex(text: string, key = secret, algorithm = "sha256"): string {
  return createHmac(algorithm, key).update(text).digest("hex");
}
const nowMs = 1_767_323_045_000;
const millis = String(nowMs);
const now = () => nowMs;

documentationOracle("https://www.courier.com/docs/guides/getting-started/outbound-webhooks/", {
  sender: courier({ secret }),
  options: { now },
  body: { type: "message:updated", data: {} },
  headers: (body) => ({ "courier-signature": `t=${millis},signature=${hex(`${millis}.${body}`)}` }),
  seen: { type: "message:updated" },
});
