// Checks the sender Cloudflare Stream.

import { createHmac } from "node:crypto";
import { cloudflareStream } from "hookgate/senders";
import { documentationOracle } from "../support/senders/documentation-oracle.js";

const secret = "0123456789abcdef0123456789abcdef";
function hex(text: string, key = secret, algorithm = "sha256"): string {
  return createHmac(algorithm, key).update(text).digest("hex");
}
const nowMs = 1_767_323_045_000;
const seconds = String(nowMs / 1000);
const now = () => nowMs;

documentationOracle("https://developers.cloudflare.com/stream/manage-video-library/using-webhooks/", {
  sender: cloudflareStream({ secret }),
  options: { now },
  body: { uid: "v1", status: { state: "ready" } },
  headers: (body) => ({ "webhook-signature": `time=${seconds},sig1=${hex(`${seconds}.${body}`)}` }),
  seen: { type: "ready", id: "v1.ready" },
});
