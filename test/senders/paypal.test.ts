// Checks the sender PayPal.

import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { paypal } from "hookgate/senders";
import { createTestSender } from "hookgate/testing";
import { afterEach, describe, expect, it } from "vitest";
import { crc32 } from "../../src/auth/signature/crc32.js";
import type { SignedDelivery } from "../../src/test-sender/compose.js";
import { delivered, JSON_TYPE } from "../support/senders/deliver.js";
import { documentedAt } from "../support/senders/documentation-oracle.js";
import { type RoutedServer, routeTls, tlsPem } from "../support/senders/routed-tls.js";
import { vectorOracle } from "../support/senders/vector-oracle.js";

const SIGNING = tlsPem("signing");
let server: RoutedServer | undefined;
const serveCertificate = async (body: string, certificate: Parameters<typeof routeTls>[1] = "server") => {
  server = await routeTls(() => ({ body }), certificate);
  return server;
};
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const pem = (key: KeyObject) => key.export({ type: "spki", format: "pem" }) as string;
const rsaSign = (text: string | Buffer, hash = "sha256") =>
  sign(hash, Buffer.from(text as string), rsa.privateKey).toString("base64");

afterEach(() => server?.close());

vectorOracle("paypal", ({ secretOrKey: publicKey, extra }) => paypal({ webhookId: extra.webhookId ?? "", publicKey }));

describe("PayPal", () => {
  const url = "https://api.paypal.com/v1/notifications/certs/CERT-360caa42-1";
  async function signed(key: string) {
    const signer = paypal({ webhookId: "W1", publicKey: tlsPem("paypal") });
    const payload = { id: "WH-1", event_type: "PAYMENT.CAPTURE.COMPLETED" };
    const headers = { "paypal-cert-url": url, "paypal-auth-algo": "SHA256withRSA", "paypal-transmission-id": "t-1" };
    return createTestSender(signer, { key: tlsPem(key) }).sign({ payload, headers });
  }
  const receive = ({ headers, body }: SignedDelivery) =>
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

describe(documentedAt("https://developer.paypal.com/api/rest/webhooks/rest/"), () => {
  const webhookId = "4JH86294D6297924G";
  const body = JSON.stringify({ id: "WH-1", event_type: "PAYMENT.CAPTURE.COMPLETED" });
  const time = "2020-01-02T03:04:05Z";
  const headers = {
    ...JSON_TYPE,
    "paypal-transmission-id": "t1",
    "paypal-transmission-time": time,
    "paypal-auth-algo": "SHA256withRSA",
    "paypal-cert-url": "https://api.paypal.com/v1/notifications/certs/CERT-1",
    "paypal-transmission-sig": rsaSign(`t1|${time}|${webhookId}|${crc32(Buffer.from(body))}`),
  };
  const pinned = { webhookId, publicKey: pem(rsa.publicKey) };

  it("signs transmission, webhook and checksum, and does not count the body as bound", async () => {
    const { seen, receive } = delivered(paypal(pinned));
    expect(await receive({ headers, body })).toMatchObject({ name: "processed" });
    expect(seen).toMatchObject([{ id: "WH-1", type: "PAYMENT.CAPTURE.COMPLETED" }]);
    expect(paypal(pinned).definition.auth.covers).toMatchObject({
      body: false,
      headers: ["paypal-transmission-id", "paypal-transmission-time"],
    });
  });

  it.each([
    ["another body", { body: `${body} ` }, 401],
    ["another transmission", { headers: { ...headers, "paypal-transmission-id": "t2" } }, 401],
    ["another algorithm", { headers: { ...headers, "paypal-auth-algo": "SHA1withRSA" } }, 401],
    ["no transmission", { headers: { ...headers, "paypal-transmission-id": undefined } }, 401],
    ["a bar in what is joined by bars", { headers: { ...headers, "paypal-transmission-id": "t1|x" } }, 400],
  ])("refuses %s", async (_name, changed, status) => {
    const { reply } = await delivered(paypal(pinned)).receive({ headers, body, ...changed });
    expect(reply.status).toBe(status);
  });

  it("refuses the delivery to another webhook", async () => {
    const other = delivered(paypal({ ...pinned, webhookId: "OTHER" }));
    expect(await other.receive({ headers, body })).toMatchObject({ name: "unauthenticated" });
    expect(() => paypal({ webhookId: "{body}" })).toThrow(/webhookId/);
  });

  it.each([
    "http://api.paypal.com/v1/notifications/certs/CERT-1",
    "https://paypal.com.evil.example/v1/notifications/certs/CERT-1",
    "https://evilpaypal.com/v1/notifications/certs/CERT-1",
    "https://api.paypal.com@127.0.0.1/v1/notifications/certs/CERT-1",
    "https://www.paypal.com/redirect?to=https://evil.example",
    "https://api.paypal.com/v1/notifications/certs/../../oauth",
  ])("asks no certificate of %s", async (url) => {
    const { receive } = delivered(paypal({ webhookId }));
    const { reply } = await receive({ headers: { ...headers, "paypal-cert-url": url }, body });
    expect([400, 401]).toContain(reply.status);
  });
});
