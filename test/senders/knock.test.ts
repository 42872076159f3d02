// Checks the sender Knock.

import { createHmac } from "node:crypto";
import { knock } from "hookgate/senders";
import { documentationOracle } from "../support/senders/documentation-oracle.js";

const secret = "0123456789abcdef0123456789abcdef";
function base64(text: string, key = secret): string {
  return createHmac("sha256", key).update(text).digest("base64");
}
const nowMs = 1_767_323_045_000;
const millis = String(nowMs);
const now = () => nowMs;

documentationOracle("https://docs.knock.app/developer-tools/outbound-webhooks/overview", {
  sender: knock({ secret }),
  options: { now },
  body: { id: "e1", type: "message.sent", data: {} },
  headers: (body) => ({ "x-knock-signature": `t=${millis},s=${base64(`${millis}.${body}`)}` }),
  seen: { type: "message.sent", id: "e1" },
});
