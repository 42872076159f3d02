// Checks the sender Shopline.

import { createHmac } from "node:crypto";
import { shopline } from "hookgate/senders";
import { documentationOracle } from "../support/senders/documentation-oracle.js";

const secret = "0123456789abcdef0123456789abcdef";
function hex(text: string, key = secret, algorithm = "sha256"): string {
  return createHmac(algorithm, key).update(text).digest("hex");
}

documentationOracle(
  "https://developer.shopline.com/docs/apps/api-instructions-for-use/generate-and-verify-signatures/",
  {
    sender: shopline({ secret }),
    body: { id: "1" },
    headers: (body) => ({
      "x-shopline-topic": "orders/create",
      "x-shopline-webhook-id": "w1",
      "x-shopline-hmac-sha256": hex(body),
    }),
    seen: { type: "orders/create", id: "w1" },
  },
);
