// Checks the sender Buildkite.

import { createHmac } from "node:crypto";
import { buildkite } from "hookgate/senders";
import { documentationOracle } from "../support/senders/documentation-oracle.js";

const secret = "0123456789abcdef0123456789abcdef";
function hex(text: string, key = secret, algorithm = "sha256"): string {
  return createHmac(algorithm, key).update(text).digest("hex");
}
const nowMs = 1_767_323_045_000;
const seconds = String(nowMs / 1000);
const now = () => nowMs;

documentationOracle("https://buildkite.com/docs/apis/webhooks", {
  sender: buildkite({ secret }),
  options: { now },
  body: { event: "build.finished", build: {} },
  headers: (body) => ({
    "x-buildkite-event": "build.finished",
    "x-buildkite-signature": `timestamp=${seconds},signature=${hex(`${seconds}.${body}`)}`,
  }),
  seen: { type: "build.finished" },
});
