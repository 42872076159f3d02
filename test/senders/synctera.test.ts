// Checks the sender Synctera.

import { createHmac } from "node:crypto";
import { synctera } from "hookgate/senders";
import { documentationOracle } from "../support/senders/documentation-oracle.js";

const secret = "0123456789abcdef0123456789abcdef";
const old = "fedcba9876543210fedcba9876543210";
const nowMs = 1_767_323_045_000;
const seconds = String(nowMs / 1000);
const now = () => nowMs;
function hex(text: string, key = secret, algorithm = "sha256"): string {
  return createHmac(algorithm, key).update(text).digest("hex");
}

documentationOracle("https://docs.synctera.com/docs/webhooks-guide", {
  kind: "the second of two signatures joined by a dot",
  sender: synctera({ secret }),
  options: { now },
  body: { id: "e1", type: "CARD.CREATED" },
  headers: (body) => ({
    "request-timestamp": seconds,
    "synctera-signature": `${hex(`${seconds}.${body}`, old)}.${hex(`${seconds}.${body}`)}`,
  }),
  seen: { type: "CARD.CREATED", id: "e1" },
});
