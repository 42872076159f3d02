// Checks the sender RingCentral.

import { ringcentral } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { JSON_TYPE } from "../support/senders/deliver.js";
import { documentationOracle } from "../support/senders/documentation-oracle.js";
import { receiverOf } from "../support/senders/receiver-of.js";

const secret = "0123456789abcdef0123456789abcdef";

describe("ringcentral", () => {
  it("repeats the header of the empty POST, and of no other delivery", async () => {
    const { receive } = receiverOf(ringcentral({ token: secret }));
    const probe = await receive({ headers: { "validation-token": "abc-123" } });
    expect(probe.reply).toMatchObject({ status: 200, headers: { "validation-token": "abc-123" }, body: "" });
    const delivery = await receive({
      headers: { ...JSON_TYPE, "validation-token": "abc-123" },
      body: '{"event":"/a"}',
    });
    expect(delivery).toMatchObject({ name: "unauthenticated", reply: { status: 401 } });
  });
});

documentationOracle("https://developers.ringcentral.com/guide/notifications/webhooks/creating-webhooks", {
  sender: ringcentral({ token: secret }),
  forged: { headers: { "verification-token": `${secret}x` } },
  body: { uuid: "u1", event: "/restapi/v1.0/account/1/extension/2/presence" },
  headers: () => ({ "verification-token": secret }),
  seen: { type: "/restapi/v1.0/account/1/extension/2/presence", id: "u1" },
});
