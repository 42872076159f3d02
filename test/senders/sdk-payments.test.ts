// What payment vendors' own libraries accept and make is what our senders make and accept.
import { createHmac } from "node:crypto";
import { hmacValidator as HmacValidator } from "@adyen/api-library";
import { Paddle } from "@paddle/paddle-node-sdk";
import braintreeSdk from "braintree";
import { verifySignature } from "gocardless-nodejs/webhooks";
import { createReceiver, type Sender } from "hookgate";
import { adyen, braintree, gocardless, orb, paddle, razorpay, square } from "hookgate/senders";
import { createTestSender } from "hookgate/testing";
import Orb from "orb-billing";
import Razorpay from "razorpay";
import { WebhooksHelper } from "square";
import { describe, expect, it } from "vitest";

const secret = "0123456789abcdef0123456789abcdef";
const hexKey = "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056";
const url = "https://example.com/webhooks/payments";
/** Everything that a parser on the way could change: escapes, slashes, spaces, and letters beyond ASCII. */
const payload = { event_id: "evt_1", note: "é / <b> \u2028 😀", amount: 10 };
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
type AdyenItem = Parameters<HmacValidator["validateHMAC"]>[0];

interface Signed {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
interface Case {
  readonly name: string;
  readonly sender: Sender<never>;
  readonly type: string;
  readonly payload: object;
  /** Whether the vendor's library accepts it. */
  accepts(signed: Signed): Promise<boolean>;
}

const cases: readonly Case[] = [
  {
    name: "square",
    sender: square({ secret }) as unknown as Sender<never>,
    type: "payment.updated",
    payload,
    accepts: ({ headers, body }) =>
      WebhooksHelper.verifySignature({
        requestBody: body,
        signatureHeader: headers["x-square-hmacsha256-signature"] ?? "",
        signatureKey: secret,
        notificationUrl: url,
      }),
  },
  {
    name: "@paddle/paddle-node-sdk",
    sender: paddle({ secret }) as unknown as Sender<never>,
    type: "transaction.completed",
    payload,
    accepts: ({ headers, body }) =>
      new Paddle("test").webhooks.isSignatureValid(body, secret, headers["paddle-signature"] ?? ""),
  },
  {
    name: "razorpay",
    sender: razorpay({ secret }) as unknown as Sender<never>,
    type: "payment.captured",
    payload,
    accepts: async ({ headers, body }) =>
      Razorpay.validateWebhookSignature(body, headers["x-razorpay-signature"] ?? "", secret),
  },
  {
    name: "gocardless-nodejs",
    sender: gocardless({ secret }) as unknown as Sender<never>,
    type: "payments.confirmed",
    payload: { events: [{ id: "EV1", ...payload }] },
    async accepts({ headers, body }) {
      try {
        verifySignature(body, secret, headers["webhook-signature"] ?? "");
        return true;
      } catch {
        return false;
      }
    },
  },
  {
    name: "orb-billing",
    sender: orb({ secret }) as unknown as Sender<never>,
    type: "invoice.issued",
    payload,
    async accepts({ headers, body }) {
      try {
        new Orb({ apiKey: "test" }).webhooks.verifySignature(body, headers, secret);
        return true;
      } catch {
        return false;
      }
    },
  },
  {
    name: "@adyen/api-library, payments",
    sender: adyen({ secret: hexKey }) as unknown as Sender<never>,
    type: "AUTHORISATION",
    payload: adyenPayload,
    async accepts({ body }) {
      const { notificationItems } = JSON.parse(body) as typeof adyenPayload;
      const item = notificationItems[0]?.NotificationRequestItem as unknown as AdyenItem;
      return new HmacValidator().validateHMAC(item, hexKey);
    },
  },
];

function receiverOf(sender: Sender<never>) {
  return createReceiver(sender as unknown as Sender<Record<string, unknown>>, {
    logger: { warn() {}, error() {} },
    publicUrl: url,
    dedupe: false,
  });
}

describe.each(cases)("$name", ({ sender, type, payload: sent, accepts }) => {
  it("accepts what we sign, and refuses what we refuse", async () => {
    const signed = await createTestSender(sender, { url }).sign({ type, payload: sent });
    const body = Buffer.from(signed.body).toString("utf8");
    expect(await accepts({ headers: signed.headers, body })).toBe(true);
    const proven = await receiverOf(sender).receive({ headers: signed.headers, body });
    expect(proven, proven.hint).toMatchObject({ name: "ignored", events: [{ type }] });

    const changed = body.replace(/1130|10/, (digits) => String(Number(digits) + 1));
    expect(changed).not.toBe(body);
    expect(await accepts({ headers: signed.headers, body: changed })).toBe(false);
    const refused = await receiverOf(sender).receive({ headers: signed.headers, body: changed });
    expect(refused).toMatchObject({ name: "unauthenticated", reply: { status: 401 } });
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

describe("braintree", () => {
  const keys = { publicKey: "integration_public_key", privateKey: "integration_private_key" };
  const gateway = new braintreeSdk.BraintreeGateway({
    environment: braintreeSdk.Environment.Sandbox,
    merchantId: "merchant",
    ...keys,
  });
  const sender = braintree(keys) as unknown as Sender<never>;

  it("makes sample notifications that we accept, of all kinds, and not with one byte changed", async () => {
    for (const kind of ["subscription_charged_successfully", "dispute_opened", "check", "transaction_settled"]) {
      const sample = await gateway.webhookTesting.sampleNotification(kind as never, "id1");
      const form = new URLSearchParams({ bt_signature: sample.bt_signature, bt_payload: sample.bt_payload });
      const headers = { "content-type": "application/x-www-form-urlencoded" };
      const outcome = await receiverOf(sender).receive({ headers, body: form.toString() });
      expect(outcome, outcome.hint).toMatchObject({ name: "ignored", events: [{ type: kind }] });
      form.set("bt_payload", sample.bt_payload.replace("A", "B"));
      expect(await receiverOf(sender).receive({ headers, body: form.toString() })).toMatchObject({
        name: "unauthenticated",
      });
    }
  });

  it("parses what we sign, and answers a challenge as we do", async () => {
    const xml =
      '<notification><timestamp type="datetime">2026-01-02T03:04:05Z</timestamp><kind>check</kind><subject><check type="boolean">true</check></subject></notification>';
    const signed = await createTestSender(sender).sign({
      payload: { bt_payload: Buffer.from(xml).toString("base64") },
    });
    const form = new URLSearchParams(Buffer.from(signed.body).toString("utf8"));
    const parsed = await gateway.webhookNotification.parse(
      form.get("bt_signature") ?? "",
      form.get("bt_payload") ?? "",
    );
    expect(parsed.kind).toBe("check");
    // The library has it; its types do not.
    const answerer = gateway.webhookNotification as unknown as { verify(challenge: string): string };
    const challenge = createHmac("sha256", "x").update("y").digest("hex").slice(0, 32);
    const outcome = await receiverOf(sender).receive({ method: "GET", url: `/?bt_challenge=${challenge}` });
    expect(outcome).toMatchObject({
      name: "handshake",
      reply: { status: 200, body: answerer.verify(challenge) },
    });
  });
});
