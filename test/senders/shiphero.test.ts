// Checks the sender ShipHero.

import { createHmac } from "node:crypto";
import { shiphero } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { documentationOracle } from "../support/senders/documentation-oracle.js";
import { send } from "../support/senders/send.js";

function base64(text: string, key = secret): string {
  return createHmac("sha256", key).update(text).digest("base64");
}

const secret = "0123456789abcdef0123456789abcdef";

describe("how it signs", () => {
  it("a success is answered in its own JSON", async () => {
    const hero = await send(shiphero({ secret }), { webhook_type: "Shipment Update" });
    expect(hero.outcome.reply.body).toBe('{"code":"200","Status":"Success"}');
  });
});

documentationOracle("https://developer.shiphero.com/webhooks/", {
  sender: shiphero({ secret }),
  body: { webhook_type: "Shipment Update", fulfillment: {} },
  headers: (body) => ({ "x-shiphero-message-id": "m1", "x-shiphero-hmac-sha256": base64(body) }),
  seen: { type: "Shipment Update" },
});
