// Checks the sender Revolut.

import { createHmac } from "node:crypto";
import { revolut } from "hookgate/senders";
import { documentationOracle } from "../support/senders/documentation-oracle.js";
import { vectorOracle } from "../support/senders/vector-oracle.js";

const secret = "0123456789abcdef0123456789abcdef";
const old = "fedcba9876543210fedcba9876543210";
const nowMs = 1_767_323_045_000;
const millis = String(nowMs);
const now = () => nowMs;
function hex(text: string, key = secret, algorithm = "sha256"): string {
  return createHmac(algorithm, key).update(text).digest("hex");
}

documentationOracle(
  "https://developer.revolut.com/docs/guides/accept-payments/tutorials/work-with-webhooks/verify-the-payload-signature",
  {
    kind: "the second of two signatures",
    sender: revolut({ secret }),
    options: { now },
    body: { event: "ORDER_COMPLETED", order_id: "o1" },
    headers: (body) => ({
      "revolut-request-timestamp": millis,
      "revolut-signature": `v1=${hex(`v1.${millis}.${body}`, old)},v1=${hex(`v1.${millis}.${body}`)}`,
    }),
    seen: { type: "ORDER_COMPLETED", id: undefined },
  },
);

vectorOracle("revolut", ({ secretOrKey: key }) => revolut({ secret: key }));
