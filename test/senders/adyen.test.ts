// Checks the sender Adyen.

import { createHmac } from "node:crypto";
import { hmacValidator as HmacValidator } from "@adyen/api-library";
import { createReceiver, type Sender } from "hookgate";
import { adyen } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { delivered, JSON_TYPE } from "../support/senders/deliver.js";
import { libraryOracle } from "../support/senders/library-oracle.js";
import { vectorOracle } from "../support/senders/vector-oracle.js";

type AdyenItem = Parameters<HmacValidator["validateHMAC"]>[0];
const adyenPayload = {
  live: "false",
  notificationItems: [
    {
      NotificationRequestItem: {
        pspReference: "7914073381342284",
        merchantAccountCode: "TestMerchant",
        merchantReference: "Bestellung é",
        amount: { currency: "EUR", value: 1130 },
        eventCode: "AUTHORISATION",
        success: "true",
        additionalData: { hmacSignature: "" },
      },
    },
  ],
};
const hexKey = "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056";
const secret = "0123456789abcdef0123456789abcdef";
function hmac(text: string, algorithm = "sha256", key: string | Buffer = secret) {
  return createHmac(algorithm, key).update(text);
}
const url = "https://example.com/webhooks/payments";
function receiverOf(sender: Sender<never>) {
  return createReceiver(sender as unknown as Sender<Record<string, unknown>>, {
    logger: { warn() {}, error() {} },
    publicUrl: url,
    dedupe: false,
  });
}

vectorOracle("adyen", ({ secretOrKey: key }) => adyen({ secret: key }), {
  // Of a payment only some members are signed.
  change: ({ headers, body }) =>
    headers.hmacsignature === undefined ? body.replace('"value":1000', '"value":1001') : `${body} `,
});

libraryOracle("@adyen/api-library", {
  kind: "payments",
  sender: adyen({ secret: hexKey }),
  type: "AUTHORISATION",
  payload: adyenPayload,
  accepts({ body }) {
    const { notificationItems } = JSON.parse(body) as typeof adyenPayload;
    const item = notificationItems[0]?.NotificationRequestItem as unknown as AdyenItem;
    return new HmacValidator().validateHMAC(item, hexKey);
  },
  change: (body) => body.replace("1130", "1131"),
});

describe("adyen", () => {
  const key = "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056";
  const item = (reference: string, signed = `${reference}::M:R:10:EUR:CAPTURE:true`) => ({
    NotificationRequestItem: {
      pspReference: reference,
      merchantAccountCode: "M",
      merchantReference: "R",
      amount: { value: 10, currency: "EUR" },
      eventCode: "CAPTURE",
      success: "true",
      additionalData: { hmacSignature: hmac(signed, "sha256", Buffer.from(key, "hex")).digest("base64") },
    },
  });
  const bodyOf = (...notificationItems: object[]) => JSON.stringify({ live: "false", notificationItems });

  it("takes every item as an event of its own, and answers [accepted]", async () => {
    const { seen, receive } = delivered(adyen({ secret: key }));
    const { reply } = await receive({ headers: JSON_TYPE, body: bodyOf(item("A"), item("B")) });
    expect(reply).toMatchObject({ status: 200, body: "[accepted]" });
    expect(seen.map(({ id }) => id)).toEqual(["CAPTURE.A.true", "CAPTURE.B.true"]);
  });

  it("refuses all where one item is forged or unsigned", async () => {
    const { seen, receive } = delivered(adyen({ secret: key }));
    const forged = await receive({ headers: JSON_TYPE, body: bodyOf(item("A"), item("B", "other")) });
    expect(forged).toMatchObject({ name: "unauthenticated", reply: { status: 401 } });
    const bare = item("B");
    const { additionalData, ...rest } = bare.NotificationRequestItem;
    expect(additionalData).toBeDefined();
    const unsigned = bodyOf(item("A"), { NotificationRequestItem: rest });
    expect(await receive({ headers: JSON_TYPE, body: unsigned })).toMatchObject({ name: "unauthenticated" });
    expect(seen).toEqual([]);
  });

  it("wants the basic authentication as well, where it is given", async () => {
    const { receive } = delivered(adyen({ secret: key, username: "adyen", password: secret }));
    const body = bodyOf(item("A"));
    expect(await receive({ headers: JSON_TYPE, body })).toMatchObject({ name: "unauthenticated" });
    const authorization = `Basic ${Buffer.from(`adyen:${secret}`).toString("base64")}`;
    expect(await receive({ headers: { ...JSON_TYPE, authorization }, body })).toMatchObject({ name: "processed" });
    expect(() => adyen({ secret: key, username: "adyen" })).toThrow(/password/);
    expect(() => adyen({ secret: "no hex" })).toThrow(/hex/);
  });
});

describe("@adyen/api-library", () => {
  it("signs payment notifications that we accept", async () => {
    const [{ NotificationRequestItem: item }] = adyenPayload.notificationItems as [
      (typeof adyenPayload.notificationItems)[number],
    ];
    const hmacSignature = new HmacValidator().calculateHmac(item as unknown as AdyenItem, hexKey);
    const body = JSON.stringify({
      live: "false",
      notificationItems: [{ NotificationRequestItem: { ...item, additionalData: { hmacSignature } } }],
    });
    const outcome = await receiverOf(adyen({ secret: hexKey }) as unknown as Sender<never>).receive({ body });
    expect(outcome, outcome.hint).toMatchObject({
      name: "ignored",
      events: [{ type: "AUTHORISATION", id: "AUTHORISATION.7914073381342284.true" }],
      reply: { status: 200, body: "[accepted]" },
    });
  });

  it("signs platform webhooks that we accept, and accepts the signature that is theirs", async () => {
    const body = JSON.stringify({ type: "balancePlatform.transfer.created", data: { id: "é" } });
    const signature = new HmacValidator().calculateHmac(body, hexKey);
    expect(new HmacValidator().validateHMACSignature(hexKey, signature, body)).toBe(true);
    const outcome = await receiverOf(adyen({ secret: hexKey }) as unknown as Sender<never>).receive({
      headers: { hmacsignature: signature },
      body,
    });
    expect(outcome, outcome.hint).toMatchObject({
      name: "ignored",
      events: [{ type: "balancePlatform.transfer.created" }],
    });
  });
});
