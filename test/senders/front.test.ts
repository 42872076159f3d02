// Checks the sender Front.

import { createHmac } from "node:crypto";
import { front } from "hookgate/senders";
import { createTestSender } from "hookgate/testing";
import { describe, expect, it } from "vitest";
import { documentationOracle } from "../support/senders/documentation-oracle.js";
import { answered, at } from "../support/senders/handshake.js";

function base64(text: string, key = secret): string {
  return createHmac("sha256", key).update(text).digest("base64");
}
const nowMs = 1_767_323_045_000;
const millis = String(nowMs);
const now = () => nowMs;

const secret = "0123456789abcdef0123456789abcdef";

describe("Front's challenge", () => {
  it("is repeated only once the signature holds", async () => {
    const sender = front({ secret });
    const signed = await createTestSender(sender).sign({
      type: "sync",
      headers: { "x-front-challenge": "abc" },
      payload: { type: "sync" },
    });
    const { receive } = at(sender);
    expect(await receive(signed)).toMatchObject(answered("abc"));
    const headers = { ...signed.headers, "x-front-signature": "A".repeat(43).concat("=") };
    expect(await receive({ ...signed, headers })).toMatchObject({ name: "unauthenticated" });
  });
});

documentationOracle("https://dev.frontapp.com/docs/application-webhooks", {
  sender: front({ secret }),
  options: { now },
  body: { type: "inbound_received", payload: { id: "evt_1" } },
  headers: (body) => ({ "x-front-request-timestamp": millis, "x-front-signature": base64(`${millis}:${body}`) }),
  seen: { type: "inbound_received", id: "evt_1" },
});
