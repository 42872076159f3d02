// Checks the sender Bridge API (bridgeapi.io).

import { createHmac } from "node:crypto";
import { bridgeApi } from "hookgate/senders";
import { documentationOracle } from "../support/senders/documentation-oracle.js";

const secret = "0123456789abcdef0123456789abcdef";
const old = "fedcba9876543210fedcba9876543210";
function hex(text: string, key = secret, algorithm = "sha256"): string {
  return createHmac(algorithm, key).update(text).digest("hex");
}

documentationOracle("https://docs.bridgeapi.io/docs/secure-your-webhooks", {
  kind: "upper-case hex",
  sender: bridgeApi({ secret }),
  body: { type: "item.refreshed" },
  headers: (body) => ({ "bridgeapi-signature": `v1=${hex(body, old).toUpperCase()},v1=${hex(body).toUpperCase()}` }),
  seen: { type: "item.refreshed" },
});
