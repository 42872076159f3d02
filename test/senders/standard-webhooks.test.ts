// Checks the sender Standard Webhooks.

import { standardWebhooks } from "hookgate/senders";
import { Webhook as StandardWebhook } from "standardwebhooks";
import { describe, expect, it } from "vitest";
import { signerOracle } from "../support/senders/signer-oracle.js";
import { vectorOracle } from "../support/senders/vector-oracle.js";

const whsec = `whsec_${Buffer.alloc(24, 7).toString("base64")}`;
const KEY = Buffer.alloc(32, 3);

vectorOracle("standard-webhooks", ({ secretOrKey: key = "" }) =>
  key.startsWith("whpk_") ? standardWebhooks({ publicKey: key }) : standardWebhooks({ secret: key }),
);

signerOracle("standardwebhooks", standardWebhooks({ secret: whsec }), (body) => {
  const time = new Date();
  return {
    "webhook-id": "msg_1",
    "webhook-timestamp": String(Math.floor(time.getTime() / 1000)),
    "webhook-signature": new StandardWebhook(whsec).sign("msg_1", time, body),
  };
});

describe("standardWebhooks", () => {
  it("is not built with a named option that is not set, though the other one is", () => {
    const whsec = `whsec_${KEY.toString("base64")}`;
    expect(() => standardWebhooks({ secret: whsec, publicKey: undefined })).toThrow(/publicKey is missing/);
    expect(() => standardWebhooks({})).toThrow(/standardWebhooks: give secret/);
  });
});
