// Checks the sender Front.

import { front } from "hookgate/senders";
import { createTestSender } from "hookgate/testing";
import { describe, expect, it } from "vitest";
import { answered, at } from "../support/senders/handshake.js";

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
