// Checks the sender Solidgate.

import { createHmac } from "node:crypto";
import { Api } from "@solidgate/node-sdk";
import { solidgate } from "hookgate/senders";
import { documentationOracle } from "../support/senders/documentation-oracle.js";
import { libraryOracle, NOTE } from "../support/senders/library-oracle.js";
import { header } from "../support/senders/signed.js";

const secret = "0123456789abcdef0123456789abcdef";
function hex(text: string, key = secret, algorithm = "sha256"): string {
  return createHmac(algorithm, key).update(text).digest("hex");
}

documentationOracle("https://docs.solidgate.com/payments/integrate/webhooks", {
  kind: "base64 of hex between two public keys",
  sender: solidgate({ publicKey: "wh_pk_1", secret }),
  body: { order: { id: "1" } },
  headers: (body) => ({
    signature: Buffer.from(hex(`wh_pk_1${body}wh_pk_1`, secret, "sha512")).toString("base64"),
    "solidgate-event-id": "s1",
    "solidgate-event-type": "card_gate.order.updated",
  }),
  seen: { type: "card_gate.order.updated", id: "s1" },
});

libraryOracle("@solidgate/node-sdk", {
  sender: solidgate({ publicKey: "wh_pk_1", secret }),
  type: "card_gate.order.updated",
  payload: { order: { id: "1", note: NOTE } },
  headers: { "solidgate-event-id": "s1", "solidgate-event-type": "card_gate.order.updated" },
  // Solidgate signs webhooks as its library signs requests.
  accepts: (signed) => new Api("wh_pk_1", secret)._generateSignature(signed.body) === header(signed, "signature"),
});
