// Checks the sender Customer.io.

import { createHmac } from "node:crypto";
import { customerIo } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { documentationOracle } from "../support/senders/documentation-oracle.js";
import { send } from "../support/senders/send.js";

function hex(text: string, key = secret, algorithm = "sha256"): string {
  return createHmac(algorithm, key).update(text).digest("hex");
}
const nowMs = 1_767_323_045_000;
const seconds = String(nowMs / 1000);
const now = () => nowMs;

const secret = "0123456789abcdef0123456789abcdef";

describe("kinds of deliveries", () => {
  it.each<
    [
      string,
      unknown,
      unknown,
      { type: string; id?: string | undefined },
      { headers?: Record<string, string>; contentType?: string }?,
    ]
  >([
    [
      "object and metric",
      customerIo({ secret }),
      { object_type: "push", metric: "opened", event_id: "e" },
      { type: "push.opened", id: "e" },
    ],
  ])("%s", async (_name, sender, payload, expected, more = {}) => {
    const { seen, outcome } = await send(sender, payload, more);
    expect(outcome, outcome.hint).toMatchObject({ name: "processed" });
    expect(seen).toMatchObject([expected]);
  });
});

documentationOracle("https://docs.customer.io/integrations/api/webhooks/", {
  sender: customerIo({ secret }),
  options: { now },
  body: { event_id: "e1", object_type: "email", metric: "delivered" },
  headers: (body) => ({ "x-cio-timestamp": seconds, "x-cio-signature": hex(`v0:${seconds}:${body}`) }),
  seen: { type: "email.delivered", id: "e1" },
});
