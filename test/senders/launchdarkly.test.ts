// Checks the sender LaunchDarkly.

import { createHmac } from "node:crypto";
import { launchdarkly } from "hookgate/senders";
import { documentationOracle } from "../support/senders/documentation-oracle.js";

const secret = "0123456789abcdef0123456789abcdef";
function hex(text: string, key = secret, algorithm = "sha256"): string {
  return createHmac(algorithm, key).update(text).digest("hex");
}

documentationOracle("https://launchdarkly.com/docs/home/infrastructure/webhooks", {
  sender: launchdarkly({ secret }),
  body: { _id: "l1", kind: "flag", date: 1_767_323_045_000 },
  headers: (body) => ({ "x-ld-signature": hex(body) }),
  seen: { type: "flag", id: "l1" },
});
