// Checks the sender Token.io.

import { createPublicKey, generateKeyPairSync, sign } from "node:crypto";
import { tokenIo } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { delivered, JSON_TYPE } from "../support/senders/deliver.js";
import { documentedAt } from "../support/senders/documentation-oracle.js";

describe(documentedAt("https://docs.token.io/products/tpp/integration-considerations/webhooks"), () => {
  it("takes its key and its signature in base64url", async () => {
    const { privateKey } = generateKeyPairSync("ed25519");
    const { x = "" } = createPublicKey(privateKey).export({ format: "jwk" });
    const body = JSON.stringify({ payment: { status: "SUCCESS" } });
    const signature = sign(null, Buffer.from(body), privateKey).toString("base64url");
    const headers = { ...JSON_TYPE, "token-signature": signature, "token-event": "PAYMENT_STATUS_CHANGED" };
    for (const publicKey of [x, [x]]) {
      expect(await delivered(tokenIo({ publicKey })).receive({ headers, body })).toMatchObject({
        name: "processed",
        events: [{ type: "PAYMENT_STATUS_CHANGED" }],
      });
    }
  });
});
