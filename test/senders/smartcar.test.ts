// Checks the sender Smartcar.

import { createHmac } from "node:crypto";
import { smartcar } from "hookgate/senders";
import { createTestSender } from "hookgate/testing";
import smartcarSdk from "smartcar";
import { describe, expect, it } from "vitest";
import { JSON_TYPE } from "../support/senders/deliver.js";
import { answered, at } from "../support/senders/handshake.js";
import { libraryOracle, NOTE } from "../support/senders/library-oracle.js";
import { header } from "../support/senders/signed.js";

const secret = "0123456789abcdef0123456789abcdef";

describe("Smartcar's VERIFY", () => {
  const payload = { eventType: "VERIFY", data: { challenge: "abc" } };
  it("is answered with the challenge's own MAC", async () => {
    const sender = smartcar({ secret });
    const { seen, receive } = at(sender);
    const signed = await createTestSender(sender).sign({ type: "VERIFY", payload });
    const challenge = createHmac("sha256", secret).update("abc").digest("hex");
    expect(await receive(signed)).toMatchObject(answered(JSON.stringify({ challenge })));
    expect(seen).toEqual([]);
  });

  it("is answered with the token that signed it, while two are in use", async () => {
    const newer = `${secret}2`;
    const signed = await createTestSender(smartcar({ secret: newer })).sign({ type: "VERIFY", payload });
    const challenge = createHmac("sha256", newer).update("abc").digest("hex");
    const { receive } = at(smartcar({ secret: [secret, newer] }));
    expect(await receive(signed)).toMatchObject(answered(JSON.stringify({ challenge })));
  });

  it("is not answered unsigned, so nobody learns a MAC of a text of theirs", async () => {
    const outcome = await at(smartcar({ secret })).receive({ headers: JSON_TYPE, body: JSON.stringify(payload) });
    expect(outcome).toMatchObject({ name: "unauthenticated" });
  });
});

libraryOracle("smartcar", {
  sender: smartcar({ secret }),
  type: "VEHICLE_STATE",
  payload: { eventId: "e1", eventType: "VEHICLE_STATE", note: NOTE },
  accepts: (signed) => smartcarSdk.verifyPayload(secret, header(signed, "sc-signature"), JSON.parse(signed.body)),
});
