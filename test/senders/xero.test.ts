// Checks the sender Xero.

import { createHmac } from "node:crypto";
import { xero } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { delivered, JSON_TYPE } from "../support/senders/deliver.js";
import { documentationOracle } from "../support/senders/documentation-oracle.js";

const secret = "0123456789abcdef0123456789abcdef";
function base64(text: string, key = secret): string {
  return createHmac("sha256", key).update(text).digest("base64");
}

describe("a batch", () => {
  it.each([
    ["rightly signed", base64('{"events":[],"entropy":"x"}'), 200, ""],
    ["wrongly signed", base64("other"), 401, undefined],
  ])("the intent to receive, %s, is answered as Xero asks", async (_name, signature, status, text) => {
    const { seen, receive } = delivered(xero({ secret }));
    const { reply } = await receive({
      headers: { ...JSON_TYPE, "x-xero-signature": signature },
      body: '{"events":[],"entropy":"x"}',
    });
    expect(reply.status).toBe(status);
    if (text !== undefined) expect(reply.body).toBe(text);
    expect(seen).toEqual([]);
  });
});

documentationOracle("https://developer.xero.com/documentation/guides/webhooks/configuring-your-server", {
  sender: xero({ secret }),
  body: {
    events: [
      {
        eventCategory: "INVOICE",
        eventType: "UPDATE",
        tenantId: "t",
        resourceId: "r",
        eventDateUtc: "2026-01-02T03:04:05.678",
      },
    ],
  },
  headers: (body) => ({ "x-xero-signature": base64(body) }),
  seen: { type: "INVOICE.UPDATE" },
});
