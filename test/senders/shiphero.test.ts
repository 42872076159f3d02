// Checks the sender ShipHero.

import { shiphero } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { send } from "../support/senders/send.js";

const secret = "0123456789abcdef0123456789abcdef";

describe("how they write", () => {
  it("shiphero: a success is answered in its own JSON", async () => {
    const hero = await send(shiphero({ secret }), { webhook_type: "Shipment Update" });
    expect(hero.outcome.reply.body).toBe('{"code":"200","Status":"Success"}');
  });
});
