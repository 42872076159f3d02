// What vendors' own libraries accept and make is what our senders make and accept: mail, telephony, media, content.
import { generateKeyPairSync } from "node:crypto";
import { signRequest, verifyRequest } from "@contentful/node-apps-toolkit";
import Mux from "@mux/mux-node";
import { verifyWebhookSignature } from "@notionhq/client";
import { encodeSignatureHeader, isValidSignature } from "@sanity/webhook";
import { EventWebhook } from "@sendgrid/eventwebhook";
import { WorkOS } from "@workos-inc/node";
import { v2 as cloudinarySdk } from "cloudinary";
import type { Sender } from "hookgate";
import { cloudinary, contentful, mux, notion, pusher, sanity, sendgrid, twilio, workos } from "hookgate/senders";
import { createTestSender } from "hookgate/testing";
import Pusher from "pusher";
import twilioSdk from "twilio";
import { describe, expect, it } from "vitest";
import { delivered, FORM_TYPE, JSON_TYPE } from "./deliver.js";
import { header, type Signed } from "./signed.js";

const secret = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
const url = "https://example.com/webhooks/saas?a=1&b=c%20d";
/** Everything that a parser on the way could change: escapes, slashes, spaces, and letters beyond ASCII. */
const note = "é / <b> \u2028 😀 & + %20";
const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
const spki = pair.publicKey.export({ type: "spki", format: "der" }).toString("base64");
const pkcs8 = pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString();

interface Case {
  readonly name: string;
  readonly sender: Sender<never>;
  readonly key?: string;
  readonly type: string;
  readonly payload: object;
  /** Whether the vendor's library accepts it; it may throw instead. */
  accepts(signed: Signed): unknown;
  /** A delivery signed by the vendor's library, where it can sign. */
  makes?(): Signed | Promise<Signed>;
}

const asForm = (body: string) => Object.fromEntries(new URLSearchParams(body));
const target = "/webhooks/saas?a=1&b=c%20d";
const workosSdk = new WorkOS("sk_test_0123456789");

const cases: readonly Case[] = [
  {
    name: "twilio",
    sender: twilio({ secret }) as unknown as Sender<never>,
    type: "message.received",
    payload: { MessageSid: "SM1", SmsStatus: "received", Body: note },
    accepts: (signed) =>
      twilioSdk.validateRequest(secret, header(signed, "x-twilio-signature"), signed.url, asForm(signed.body)),
    makes() {
      const fields = { MessageSid: "SM1", SmsStatus: "received", Body: note };
      const signature = twilioSdk.getExpectedTwilioSignature(secret, url, fields);
      return {
        url,
        headers: { ...FORM_TYPE, "x-twilio-signature": signature },
        body: `${new URLSearchParams(fields)}`,
      };
    },
  },
  {
    name: "sendgrid",
    sender: sendgrid({ publicKey: spki }) as unknown as Sender<never>,
    key: pkcs8,
    type: "delivered",
    payload: [{ event: "delivered", note }],
    accepts(signed) {
      const webhook = new EventWebhook();
      const key = webhook.convertPublicKeyToECDSA(spki);
      return webhook.verifySignature(
        key,
        signed.body,
        header(signed, "x-twilio-email-event-webhook-signature"),
        header(signed, "x-twilio-email-event-webhook-timestamp"),
      );
    },
  },
  {
    name: "workos",
    sender: workos({ secret }) as unknown as Sender<never>,
    type: "user.created",
    payload: { id: "wh_1", event: "user.created", created_at: "2026-01-02T03:04:05.678Z", data: { note } },
    // It writes the payload anew, so it must be given an object.
    accepts: async (signed) =>
      (await workosSdk.webhooks.verifyHeader({
        payload: JSON.parse(signed.body),
        sigHeader: header(signed, "workos-signature"),
        secret,
      })) === true,
    async makes() {
      const payload = { id: "wh_2", event: "user.created", data: { note } };
      const t = Date.now();
      const v1 = await workosSdk.webhooks.computeSignature(t, payload, secret);
      return {
        url,
        headers: { ...JSON_TYPE, "workos-signature": `t=${t}, v1=${v1}` },
        body: JSON.stringify(payload),
      };
    },
  },
  {
    name: "mux",
    sender: mux({ secret }) as unknown as Sender<never>,
    type: "video.asset.ready",
    payload: { type: "video.asset.ready", data: { note } },
    async accepts(signed) {
      const sdk = new Mux({ tokenId: "t", tokenSecret: "s", webhookSecret: secret });
      await sdk.webhooks.verifySignature(signed.body, { ...signed.headers }, secret);
      return true;
    },
  },
  {
    name: "pusher",
    sender: pusher({ secret }) as unknown as Sender<never>,
    type: "channel_occupied",
    payload: { time_ms: 1, events: [{ name: "channel_occupied", channel: note }] },
    accepts(signed) {
      const sdk = new Pusher({ appId: "1", key: "key", secret, cluster: "eu" });
      const headers = { ...signed.headers, "x-pusher-key": "key" };
      return sdk.webhook({ headers, rawBody: signed.body }).isValid();
    },
  },
  {
    name: "contentful",
    sender: contentful({ secret }) as unknown as Sender<never>,
    type: "ContentManagement.Entry.publish",
    payload: { sys: { id: "e1" }, note },
    accepts: (signed) =>
      verifyRequest(secret, { method: "POST", path: target, headers: { ...signed.headers }, body: signed.body }, 30),
    makes() {
      const body = JSON.stringify({ note });
      const topic = { "x-contentful-topic": "ContentManagement.Entry.publish", "content-type": "application/json" };
      const signed = signRequest(secret, { method: "POST", path: target, headers: topic, body }, Date.now());
      return { url, headers: { ...topic, ...(signed as unknown as Record<string, string>) }, body };
    },
  },
  {
    name: "notion",
    sender: notion({ secret }) as unknown as Sender<never>,
    type: "page.created",
    payload: { type: "page.created", note },
    accepts: (signed) =>
      verifyWebhookSignature({
        body: signed.body,
        signature: header(signed, "x-notion-signature"),
        verificationToken: secret,
      }),
  },
  {
    name: "sanity",
    sender: sanity({ secret }) as unknown as Sender<never>,
    type: "update",
    payload: { _id: "d1", note },
    accepts: (signed) => isValidSignature(signed.body, header(signed, "sanity-webhook-signature"), secret),
    async makes() {
      const body = JSON.stringify({ _id: "d2", note });
      const signature = await encodeSignatureHeader(body, Date.now(), secret);
      const ids = { "idempotency-key": "k1", "sanity-operation": "update" };
      return { url, headers: { ...JSON_TYPE, ...ids, "sanity-webhook-signature": signature }, body };
    },
  },
  {
    name: "cloudinary",
    sender: cloudinary({ secret }) as unknown as Sender<never>,
    type: "upload",
    payload: { notification_type: "upload", note },
    accepts(signed) {
      cloudinarySdk.config({ api_secret: secret });
      return cloudinarySdk.utils.verifyNotificationSignature(
        signed.body,
        Number(header(signed, "x-cld-timestamp")) as never,
        header(signed, "x-cld-signature"),
      );
    },
  },
];

describe.each(cases)("$name", ({ sender, key, type, payload, accepts, makes }) => {
  const receive = (signed: Signed) => {
    const made = delivered(sender, sender.definition.auth.needsPublicUrl ? { publicUrl: url } : {});
    const { headers, body } = signed;
    return { made, outcome: made.receive({ url: target, headers, body }) };
  };

  it("signs as the vendor's library wants it", async () => {
    const request = await createTestSender(sender, { url, ...(key === undefined ? {} : { key }) }).sign({
      type,
      payload,
    });
    const signed = { url: request.url, headers: request.headers, body: Buffer.from(request.body).toString("utf8") };
    expect(await accepts(signed)).toBe(true);
    expect(await receive(signed).outcome).toMatchObject({ name: "processed" });
  });

  it.runIf(makes !== undefined)("accepts what the vendor's library signs", async () => {
    const { made, outcome } = receive(await (makes as NonNullable<typeof makes>)());
    expect(await outcome).toMatchObject({ name: "processed" });
    expect(made.seen).toMatchObject([{ type }]);
  });
});
