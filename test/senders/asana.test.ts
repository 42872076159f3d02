// Checks the sender Asana.

import { createHmac } from "node:crypto";
import { asana } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { JSON_TYPE } from "../support/senders/deliver.js";
import { documentationOracle } from "../support/senders/documentation-oracle.js";
import { at } from "../support/senders/handshake.js";

function hex(text: string, key = secret, algorithm = "sha256"): string {
  return createHmac(algorithm, key).update(text).digest("hex");
}

const secret = "0123456789abcdef0123456789abcdef";

describe("a secret that comes by itself", () => {
  const hook = { headers: { ...JSON_TYPE, "x-hook-secret": "s-1" }, body: "{}" };
  const token = { headers: JSON_TYPE, body: '{"verification_token":"secret_1"}' };

  it.each<[string, unknown, typeof token]>([
    ["asana", asana({ secret }), hook],
    ["asana, at another time", asana({ secret, enrol: () => false }), hook],
  ])("%s: is refused unless it is waited for", async (_name, sender, input) => {
    const outcome = await at(sender).receive(input);
    expect(outcome).toMatchObject({ name: "forbidden", reply: { status: 403 } });
    expect(JSON.stringify(outcome.reply)).not.toContain("s-1");
  });

  it("Asana's is kept and repeated", async () => {
    const kept: string[] = [];
    const { seen, receive } = at(asana({ secret: () => kept, enrol: (one) => kept.push(one) > 0 }));
    const outcome = await receive(hook);
    expect(outcome).toMatchObject({ name: "handshake", reply: { status: 200, headers: { "x-hook-secret": "s-1" } } });
    expect(kept).toEqual(["s-1"]);
    const body = '{"events":[]}';
    const signature = createHmac("sha256", "s-1").update(body).digest("hex");
    expect(await receive({ headers: { ...JSON_TYPE, "x-hook-signature": signature }, body })).toMatchObject({
      name: "empty",
      reply: { status: 200 },
    });
    expect(seen).toEqual([]);
  });
});

documentationOracle("https://developers.asana.com/docs/webhooks-guide", {
  sender: asana({ secret }),
  body: { events: [{ action: "changed", resource: { gid: "1", resource_type: "task" } }] },
  headers: (body) => ({ "x-hook-signature": hex(body) }),
  seen: { type: "task.changed" },
});
