// Checks the sender Flexport.

import { createHmac } from "node:crypto";
import { flexport } from "hookgate/senders";
import { documentationOracle } from "../support/senders/documentation-oracle.js";

const secret = "0123456789abcdef0123456789abcdef";
function hex(text: string, key = secret, algorithm = "sha256"): string {
  return createHmac(algorithm, key).update(text).digest("hex");
}

documentationOracle("https://developers.flexport.com/faq/webhooks/", {
  sender: flexport({ secret }),
  body: { id: "1", type: "/shipment#created", data: {} },
  headers: (body) => ({
    "x-hub-signature-256": `sha256=${hex(body)}`,
    "x-hub-signature": `sha1=${hex(body, secret, "sha1")}`,
  }),
  seen: { type: "/shipment#created", id: "1" },
});
