// Checks the sender TikTok.

import { createHmac } from "node:crypto";
import { tiktok } from "hookgate/senders";
import { documentationOracle } from "../support/senders/documentation-oracle.js";

const secret = "0123456789abcdef0123456789abcdef";
const nowMs = 1_767_323_045_000;
const seconds = String(nowMs / 1000);
const now = () => nowMs;
function hex(text: string, key = secret, algorithm = "sha256"): string {
  return createHmac(algorithm, key).update(text).digest("hex");
}

documentationOracle("https://developers.tiktok.com/doc/webhooks-verification", {
  sender: tiktok({ secret }),
  options: { now },
  body: { event: "authorization.removed", create_time: nowMs / 1000 },
  headers: (body) => ({ "tiktok-signature": `t=${seconds},s=${hex(`${seconds}.${body}`)}` }),
  seen: { type: "authorization.removed", id: undefined },
});
