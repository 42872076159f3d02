// Checks the sender QuickBooks Online.

import { createHmac } from "node:crypto";
import { quickbooks } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { delivered, JSON_TYPE } from "../support/senders/deliver.js";
import { documentationOracle } from "../support/senders/documentation-oracle.js";

const secret = "0123456789abcdef0123456789abcdef";
function base64(text: string, key = secret): string {
  return createHmac("sha256", key).update(text).digest("base64");
}

describe("a batch", () => {
  it("is read in either form", async () => {
    const { seen, receive } = delivered(quickbooks({ secret }));
    const bodies = [
      [{ specversion: "1.0", id: "q1", type: "qbo.invoice.created.v1" }],
      { eventNotifications: [{ realmId: "1", dataChangeEvent: { entities: [{ name: "Invoice" }] } }] },
    ].map((body) => JSON.stringify(body));
    for (const body of bodies) await receive({ headers: { ...JSON_TYPE, "intuit-signature": base64(body) }, body });
    expect(seen).toMatchObject([
      { id: "q1", type: "qbo.invoice.created.v1" },
      { id: undefined, type: "dataChangeEvent", payload: { realmId: "1" } },
    ]);
  });
});

documentationOracle("https://developer.intuit.com/app/developer/qbo/docs/develop/webhooks", {
  sender: quickbooks({ secret }),
  body: { eventNotifications: [{ realmId: "1", dataChangeEvent: { entities: [] } }] },
  headers: (body) => ({ "intuit-signature": base64(body) }),
  seen: { type: "dataChangeEvent" },
});
