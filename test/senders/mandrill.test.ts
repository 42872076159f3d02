// Checks the sender Mailchimp Transactional (Mandrill).

import { mandrill } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { answered, at } from "../support/senders/handshake.js";
import { send } from "../support/senders/send.js";
import { vectorOracle } from "../support/senders/vector-oracle.js";

const secret = "0123456789abcdef0123456789abcdef";

vectorOracle("mandrill", ({ secretOrKey: key }) => mandrill({ secret: key }), {
  change: ({ body }) => `${body}x`,
});

it.each([["mandrill", mandrill({ secret })]])("%s looks with a HEAD", async (_name, sender) => {
  expect(await at(sender).receive({ method: "HEAD", url: "/hook" })).toMatchObject(answered(""));
});

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
      "inbound mail, which has no id",
      mandrill({ secret }),
      [{ event: "inbound", ts: 1, msg: {} }],
      { type: "inbound", id: undefined },
    ],
    ["a list's change", mandrill({ secret }), [{ type: "blacklist", action: "add" }], { type: "blacklist" }],
  ])("%s", async (_name, sender, payload, expected, more = {}) => {
    const { seen, outcome } = await send(sender, payload, more);
    expect(outcome, outcome.hint).toMatchObject({ name: "processed" });
    expect(seen).toMatchObject([expected]);
  });
});
