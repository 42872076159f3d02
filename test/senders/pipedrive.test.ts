// Checks the sender Pipedrive.

import { pipedrive } from "hookgate/senders";
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
      "version 2",
      pipedrive(basic),
      { meta: { action: "change", entity: "person", id: "u1" } },
      { type: "change.person", id: "u1" },
    ],
    [
      "version 1",
      pipedrive(basic),
      { event: "added.deal", meta: { id: 1, object: "deal" } },
      { type: "added.deal", id: undefined },
    ],
  ])("%s", async (_name, sender, payload, expected, more = {}) => {
    const { seen, outcome } = await send(sender, payload, more);
    expect(outcome, outcome.hint).toMatchObject({ name: "processed" });
    expect(seen).toMatchObject([expected]);
  });
});

documentationOracle("https://pipedrive.readme.io/docs/guide-for-webhooks-v2", {
  sender: pipedrive({ username: "hooks", password: secret }),
  forged: { headers: { authorization: `Basic ${Buffer.from(`hooks:${secret}x`).toString("base64")}` } },
  body: { meta: { action: "create", entity: "deal", id: "u1" } },
  headers: () => ({ authorization: `Basic ${Buffer.from(`hooks:${secret}`).toString("base64")}` }),
  seen: { type: "create.deal", id: "u1" },
});
