// Checks the sender PortOne.

import { createHmac } from "node:crypto";
import { Webhook } from "@portone/server-sdk";
import { portone } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { JSON_TYPE } from "../support/senders/deliver.js";
import { libraryOracle, NOTE } from "../support/senders/library-oracle.js";
import { NOW_SECONDS, receiverOf } from "../support/senders/receiver-of.js";

const whsec = `whsec_${Buffer.alloc(32, 3).toString("base64")}`;

const secret = "0123456789abcdef0123456789abcdef";
const hmac = (text: string, encoding: "hex" | "base64" = "hex", algorithm = "sha256", key: string | Buffer = secret) =>
  createHmac(algorithm, key).update(text).digest(encoding);
const KEY = Buffer.alloc(32, 3);

describe("portone", () => {
  const whsec = `whsec_${KEY.toString("base64")}`;

  it("reads the older body, also as a form", async () => {
    const sender = portone({ secret: whsec });
    const { seen, receive } = receiverOf(sender);
    const body = "payment_id=p1&tx_id=t1&status=Paid";
    const headers = {
      "content-type": "application/x-www-form-urlencoded",
      "webhook-id": "w1",
      "webhook-timestamp": String(NOW_SECONDS),
      "webhook-signature": `v1,${hmac(`w1.${NOW_SECONDS}.${body}`, "base64", "sha256", KEY)}`,
    };
    expect(await receive({ headers, body })).toMatchObject({ name: "processed" });
    expect(seen).toEqual(["Paid w1"]);
  });

  it("takes version 1, which signs nothing, only by the word of confirm", async () => {
    let isTrue = false;
    const { seen, receive } = receiverOf(portone({ confirm: () => isTrue }));
    const delivery = { headers: JSON_TYPE, body: '{"imp_uid":"imp_1","merchant_uid":"m1","status":"paid"}' };
    expect(await receive(delivery)).toMatchObject({ name: "unauthenticated", reply: { status: 401 } });
    isTrue = true;
    expect(await receive(delivery)).toMatchObject({ name: "processed", reply: { status: 200 } });
    expect(seen).toEqual(["paid imp_1.paid"]);
  });

  it("is not built with both, nor with neither", () => {
    expect(() => portone({})).toThrow(/portone: give secret .* or confirm/);
    expect(() => portone({ secret: whsec, confirm: () => true })).toThrow(/one of the two/);
  });
});

libraryOracle("@portone/server-sdk", {
  sender: portone({ secret: whsec }),
  type: "Transaction.Paid",
  payload: { type: "Transaction.Paid", timestamp: "2026-01-02T03:04:05.678Z", data: { paymentId: NOTE } },
  accepts: ({ headers, body }) => Webhook.verify(whsec, body, { ...headers }),
});
