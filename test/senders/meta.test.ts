// Checks the sender Meta (Facebook, Instagram, Messenger, WhatsApp).

import { meta } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { WhatsAppAPI } from "whatsapp-api-js";
import { libraryOracle } from "../support/senders/library-oracle.js";
import { receiverOf } from "../support/senders/receiver-of.js";
import { header } from "../support/senders/signed.js";

const secret = "0123456789abcdef0123456789abcdef";

describe("challenges by GET", () => {
  it("gets the challenge only with the right token, and only to subscribe", async () => {
    const { receive } = receiverOf(meta({ secret, verifyToken: "my-verify-token" }));
    const get = (query: string) => receive({ method: "GET", url: `/hook?${query}` });
    const right = await get("hub.mode=subscribe&hub.verify_token=my-verify-token&hub.challenge=1158201444");
    expect(right.reply).toMatchObject({ status: 200, body: "1158201444" });
    const wrong = await get("hub.mode=subscribe&hub.verify_token=other&hub.challenge=1158201444");
    expect(wrong).toMatchObject({ name: "forbidden", reply: { status: 403 } });
    const other = await get("hub.mode=other&hub.verify_token=my-verify-token&hub.challenge=1158201444");
    expect(other).toMatchObject({ name: "method_not_allowed", reply: { status: 405 } });
  });

  it("is not built without its verify token", () => {
    expect(() => meta({ secret, verifyToken: "" })).toThrow(/meta: verifyToken/);
  });
});

libraryOracle("whatsapp-api-js", {
  sender: meta({ secret, verifyToken: "my-verify-token" }),
  type: "whatsapp_business_account",
  payload: {
    object: "whatsapp_business_account",
    entry: [{ id: "1", changes: [{ field: "messages", value: { a: 10 } }] }],
  },
  accepts: (signed) =>
    new WhatsAppAPI({ token: "t", appSecret: secret, webhookVerifyToken: "my-verify-token" }).verifyRequestSignature(
      signed.body,
      header(signed, "x-hub-signature-256"),
    ),
});
