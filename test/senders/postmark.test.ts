// Checks the sender Postmark.

import { postmark } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { documentationOracle } from "../support/senders/documentation-oracle.js";
import { send } from "../support/senders/send.js";

const secret = "0123456789abcdef0123456789abcdef";
const basic = { username: "hooks", password: secret };

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
      "a delivery",
      postmark(basic),
      { RecordType: "Delivery", MessageID: "m", Recipient: "a@b.c" },
      { type: "Delivery", id: "Delivery.m.a@b.c" },
    ],
    [
      "an open, which has no id",
      postmark(basic),
      { RecordType: "Open", MessageID: "m" },
      { type: "Open", id: undefined },
    ],
    ["inbound mail", postmark(basic), { MessageID: "m", Subject: "s" }, { type: "Inbound", id: "m" }],
  ])("%s", async (_name, sender, payload, expected, more = {}) => {
    const { seen, outcome } = await send(sender, payload, more);
    expect(outcome, outcome.hint).toMatchObject({ name: "processed" });
    expect(seen).toMatchObject([expected]);
  });
});

documentationOracle("https://postmarkapp.com/developer/webhooks/webhooks-overview", {
  sender: postmark({ username: "hooks", password: secret }),
  forged: { headers: { authorization: `Basic ${Buffer.from(`hooks:${secret}x`).toString("base64")}` } },
  body: { RecordType: "Bounce", ID: 1 },
  headers: () => ({ authorization: `Basic ${Buffer.from(`hooks:${secret}`).toString("base64")}` }),
  seen: { type: "Bounce", id: "Bounce.1" },
});
