// Senders that name the URL of their certificate: fetched for real, over TLS, from a host that they may name.
import { createHash } from "node:crypto";
import type { Outcome } from "hookgate";
import { awsSns, paypal } from "hookgate/senders";
import { createTestSender } from "hookgate/testing";
import MessageValidator from "sns-validator";
import { afterEach, describe, expect, it } from "vitest";
import { delivered } from "./deliver.js";
import { type RoutedServer, routeTls, tlsPem } from "./routed-tls.js";

const TOPIC = "arn:aws:sns:us-east-1:123456789012:orders";
const HOST = "sns.us-east-1.amazonaws.com";
const SIGNING = tlsPem("signing");

let server: RoutedServer | undefined;
afterEach(() => server?.close());

/** The library keeps certificates by their URL, for ever: each case has its own. */
const pathOf = (name: string) => `/SimpleNotificationService-${createHash("sha1").update(name).digest("hex")}.pem`;

const serveCertificate = async (body: string, certificate: Parameters<typeof routeTls>[1] = "server") => {
  server = await routeTls(() => ({ body }), certificate);
  return server;
};

async function message(certUrl: string, key: string, more: object = {}, type = "Notification") {
  const signer = awsSns({ topicArns: TOPIC, publicKey: SIGNING });
  const payload = {
    ...{ TopicArn: TOPIC, Message: "é 😀", Timestamp: "2026-01-02T03:04:05.678Z" },
    ...{ SignatureVersion: "2", SigningCertURL: certUrl },
    ...more,
  };
  return createTestSender(signer, { key: tlsPem(key) }).sign({ type, payload });
}

type Signed = Awaited<ReturnType<typeof message>>;

function ours({ headers, body }: Signed): Promise<Outcome> {
  return delivered(awsSns({ topicArns: TOPIC })).receive({ url: "/", headers, body });
}

function theirs({ body }: Signed): Promise<boolean> {
  const text = Buffer.from(body).toString("utf8");
  return new Promise((resolve) => new MessageValidator().validate(text, (error) => resolve(error === null)));
}

describe("AWS SNS, and sns-validator beside it at the same server", () => {
  it("accepts what the certificate at SigningCertURL signed, and so does the library", async () => {
    const routed = await serveCertificate(SIGNING);
    const path = pathOf("accepted");
    const signed = await message(`https://${HOST}${path}`, "signing-key");
    expect(await ours(signed)).toMatchObject({ name: "processed" });
    expect(await theirs(signed)).toBe(true);
    expect(routed.asked).toEqual([`${HOST} ${path}`, `${HOST} ${path}`]);
  });

  it("refuses what another key signed, and so does the library", async () => {
    await serveCertificate(SIGNING);
    const signed = await message(`https://${HOST}${pathOf("other key")}`, "ended-key");
    expect(await ours(signed)).toMatchObject({ name: "unauthenticated" });
    expect(await theirs(signed)).toBe(false);
  });

  it.each([
    ["another domain", `https://${HOST}.evil.example/a.pem`],
    ["plain http", `http://${HOST}/a.pem`],
    ["another service", "https://s3.us-east-1.amazonaws.com/a.pem"],
    ["another port", `https://${HOST}:8443/a.pem`],
  ])("asks nobody where the URL is of %s; neither does the library", async (_name, certUrl) => {
    const routed = await serveCertificate(SIGNING);
    const signed = await message(certUrl, "signing-key");
    expect(await ours(signed)).toMatchObject({ name: "unauthenticated" });
    expect(await theirs(signed)).toBe(false);
    expect(routed.reached).toEqual([]);
  });

  it("cannot decide where the host's own certificate is of a CA that is not trusted", async () => {
    const routed = await serveCertificate(SIGNING, "stranger-server");
    const signed = await message(`https://${HOST}${pathOf("stranger")}`, "signing-key");
    expect(await ours(signed)).toMatchObject({ name: "undecided" });
    expect(await theirs(signed)).toBe(false);
    expect(routed).toMatchObject({ reached: [HOST, HOST], asked: [] });
  });

  it("cannot decide where the host's own certificate is of another host", async () => {
    const other = "sns.eu-west-1.amazonaws.com";
    const routed = await serveCertificate(SIGNING);
    const signed = await message(`https://${other}${pathOf("other host")}`, "signing-key");
    expect(await ours(signed)).toMatchObject({ name: "undecided" });
    expect(await theirs(signed)).toBe(false);
    expect(routed).toMatchObject({ reached: [other, other], asked: [] });
  });

  it("follows no redirect, and neither does the library", async () => {
    server = await routeTls(() => ({ status: 302, location: `https://${HOST}/elsewhere.pem` }), "server");
    const signed = await message(`https://${HOST}${pathOf("redirect")}`, "signing-key");
    expect(await ours(signed)).toMatchObject({ name: "undecided" });
    expect(await theirs(signed)).toBe(false);
    expect(server.asked).toHaveLength(2);
  });

  it("refuses a certificate that has ended; the library looks at no dates", async () => {
    await serveCertificate(tlsPem("ended"));
    const signed = await message(`https://${HOST}${pathOf("ended")}`, "ended-key");
    expect(await ours(signed)).toMatchObject({ name: "unauthenticated" });
    expect(await theirs(signed)).toBe(true);
  });

  it("confirms a subscription by asking its URL, once the message is proven", async () => {
    const routed = await serveCertificate(SIGNING);
    const path = `/?Action=ConfirmSubscription&TopicArn=${TOPIC}&Token=t`;
    const certUrl = `https://${HOST}${pathOf("confirmation")}`;
    const more = { Token: "t", SubscribeURL: `https://${HOST}${path}` };
    const signed = await message(certUrl, "signing-key", more, "SubscriptionConfirmation");
    expect(await ours(signed)).toMatchObject({ name: "handshake", reply: { status: 200 } });
    expect(await theirs(signed)).toBe(true);
    expect(routed.asked).toContain(`${HOST} ${path}`);
    const forged = await message(certUrl, "ended-key", more, "SubscriptionConfirmation");
    expect(await ours(forged)).toMatchObject({ name: "unauthenticated" });
    expect(routed.asked.filter((one) => one === `${HOST} ${path}`)).toHaveLength(1);
  });
});

describe("PayPal", () => {
  const url = "https://api.paypal.com/v1/notifications/certs/CERT-360caa42-1";
  async function signed(key: string) {
    const signer = paypal({ webhookId: "W1", publicKey: tlsPem("paypal") });
    const payload = { id: "WH-1", event_type: "PAYMENT.CAPTURE.COMPLETED" };
    const headers = { "paypal-cert-url": url, "paypal-auth-algo": "SHA256withRSA", "paypal-transmission-id": "t-1" };
    return createTestSender(signer, { key: tlsPem(key) }).sign({ payload, headers });
  }
  const receive = ({ headers, body }: Signed) =>
    delivered(paypal({ webhookId: "W1" })).receive({ url: "/", headers, body });

  it("accepts what the certificate at its own host signed, made out to PayPal", async () => {
    const routed = await serveCertificate(tlsPem("paypal"));
    expect(await receive(await signed("paypal-key"))).toMatchObject({ name: "processed" });
    expect(await receive(await signed("ended-key"))).toMatchObject({ name: "unauthenticated" });
    expect(routed.asked[0]).toBe("api.paypal.com /v1/notifications/certs/CERT-360caa42-1");
  });

  it("refuses a good signature by a certificate that is made out to somebody else", async () => {
    await serveCertificate(SIGNING);
    expect(await receive(await signed("signing-key"))).toMatchObject({ name: "unauthenticated" });
  });
});
