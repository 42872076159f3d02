// Checks the sender Microsoft Graph.

import { microsoftGraph } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { delivered, JSON_TYPE } from "../support/senders/deliver.js";
import { documentationOracle } from "../support/senders/documentation-oracle.js";
import { answered, at } from "../support/senders/handshake.js";
import { anySender, send } from "../support/senders/send.js";

const secret = "0123456789abcdef0123456789abcdef";

describe("Microsoft Graph's validation", () => {
  it("is answered with the decoded token, as text", async () => {
    const { receive } = at(microsoftGraph({ clientState: secret }));
    const headers = { "content-type": "text/plain; charset=utf-8" };
    const outcome = await receive({ url: "/hook?validationToken=Validation%3a+Testing", headers });
    expect(outcome).toMatchObject(answered("Validation: Testing"));
    expect(outcome.reply.headers).toMatchObject({ "content-type": "text/plain; charset=utf-8" });
  });

  it("is none where there is a body", async () => {
    const { receive } = at(microsoftGraph({ clientState: secret }));
    const body = JSON.stringify({ value: [{ changeType: "updated", clientState: "wrong" }] });
    expect(await receive({ url: "/hook?validationToken=x", headers: JSON_TYPE, body })).toMatchObject({
      name: "unauthenticated",
    });
  });
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
      "a lifecycle",
      microsoftGraph({ clientState: secret }),
      { value: [{ lifecycleEvent: "missed" }] },
      { type: "missed" },
    ],
  ])("%s", async (_name, sender, payload, expected, more = {}) => {
    const { seen, outcome } = await send(sender, payload, more);
    expect(outcome, outcome.hint).toMatchObject({ name: "processed" });
    expect(seen).toMatchObject([expected]);
  });
});

describe("what is not signed", () => {
  it("every notification of a batch must bring a clientState of ours", async () => {
    const { receive } = delivered(anySender(microsoftGraph({ clientState: [secret, `${secret}2`] })));
    const batch = (...states: unknown[]) =>
      receive({
        headers: JSON_TYPE,
        body: JSON.stringify({ value: states.map((clientState) => ({ changeType: "updated", clientState })) }),
      });
    expect(await batch(secret, `${secret}2`)).toMatchObject({ name: "processed", reply: { status: 202 } });
    expect(await batch(secret, "another")).toMatchObject({ name: "unauthenticated" });
    expect(await batch(secret, undefined)).toMatchObject({ name: "unauthenticated" });
    expect(await batch(secret, 7)).toMatchObject({ name: "bad_credentials" });
    expect(await batch()).toMatchObject({ name: "bad_credentials" });
  });
});

documentationOracle("https://learn.microsoft.com/graph/change-notifications-delivery-webhooks", {
  sender: microsoftGraph({ clientState: secret }),
  forged: { body: { value: [{ changeType: "updated", resource: "Users/1", clientState: `${secret}x` }] } },
  body: { value: [{ changeType: "updated", resource: "Users/1", clientState: secret }] },
  seen: { type: "updated" },
});
