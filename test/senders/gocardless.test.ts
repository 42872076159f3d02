// Checks the sender GoCardless.

import { createHmac } from "node:crypto";
import { verifySignature } from "gocardless-nodejs/webhooks";
import { gocardless } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { delivered, JSON_TYPE } from "../support/senders/deliver.js";
import { libraryOracle, NOTE } from "../support/senders/library-oracle.js";
import { header } from "../support/senders/signed.js";

const secret = "0123456789abcdef0123456789abcdef";
function hex(text: string, key = secret, algorithm = "sha256"): string {
  return createHmac(algorithm, key).update(text).digest("hex");
}

libraryOracle("gocardless-nodejs", {
  sender: gocardless({ secret }),
  type: "payments.confirmed",
  payload: { events: [{ id: "EV1", note: NOTE }] },
  accepts(signed) {
    verifySignature(signed.body, secret, header(signed, "webhook-signature"));
    return true;
  },
});

describe("a batch", () => {
  it("gives events of resource and action", async () => {
    const { seen, receive } = delivered(gocardless({ secret }));
    const body = JSON.stringify({
      events: [
        { id: "EV1", resource_type: "payments", action: "confirmed" },
        { id: "EV2", resource_type: "mandates", action: "failed" },
      ],
    });
    await receive({ headers: { ...JSON_TYPE, "webhook-signature": hex(body) }, body });
    expect(seen).toMatchObject([
      { id: "EV1", type: "payments.confirmed" },
      { id: "EV2", type: "mandates.failed" },
    ]);
  });
});
