// Senders whose bodies are tokens, SOAP or multipart: Apple, Kinde, Wix, Salesforce, Dropbox Sign.
import { X509Certificate } from "node:crypto";
import type { Sender } from "hookgate";
import { xml } from "hookgate/formats/xml";
import { appleAppStore, auth0, dropboxSign, kinde, salesforce, wix } from "hookgate/senders";
import { createTestSender } from "hookgate/testing";
import { describe, expect, it } from "vitest";
import { appleLike } from "../../scripts/sample-chain.js";
import { ed25519Pair, rsaPair } from "../../scripts/sample-keys.js";
import { APPLE_ROOT_CA_G3 } from "../../src/senders/shared/apple-root.js";
import published from "../vectors/published.json" with { type: "json" };
import { delivered, JSON_TYPE } from "./deliver.js";

const secret = "0123456789abcdef0123456789abcdef";

function build(sender: unknown): Sender<Record<string, unknown>> {
  return sender as Sender<Record<string, unknown>>;
}
async function send(given: unknown, payload: unknown, key?: string) {
  const sender = build(given);
  const { seen, receive } = delivered(sender);
  const signed = await createTestSender(sender, key === undefined ? {} : { key }).sign({ payload });
  return { seen, receive, signed, outcome: await receive({ ...signed, url: "/" }) };
}

describe("Apple's App Store", () => {
  const { root, signer } = appleLike();
  const of = (more: object = {}) =>
    appleAppStore({ bundleId: "com.example", environment: "Sandbox", roots: [root], ...more });
  const notification = (data: object) => ({
    notificationType: "SUBSCRIBED",
    subtype: "INITIAL_BUY",
    notificationUUID: "n-1",
    data,
  });
  const ours = notification({ bundleId: "com.example", environment: "Sandbox" });

  it("hands over what the token says, under type and subtype", async () => {
    const { seen, outcome } = await send(of(), ours, signer);
    expect(outcome, outcome.hint).toMatchObject({ name: "processed" });
    expect(seen).toMatchObject([{ type: "SUBSCRIBED.INITIAL_BUY", id: "n-1", payload: ours }]);
  });

  it("takes what stands beside the token for nothing", async () => {
    const { signed, receive, seen } = await send(of(), ours, signer);
    const token = JSON.parse(Buffer.from(signed.body).toString("utf8"));
    const body = JSON.stringify({ ...token, notificationType: "REFUND", notificationUUID: "n-2" });
    await receive({ ...signed, url: "/", body });
    expect(seen).toMatchObject([{ id: "n-1" }, { type: "SUBSCRIBED.INITIAL_BUY", id: "n-1" }]);
  });

  it.each<[string, object, object]>([
    ["another app", {}, notification({ bundleId: "com.other", environment: "Sandbox" })],
    ["no app", {}, notification({ environment: "Sandbox" })],
    ["another environment", { environment: "Production" }, ours],
    [
      "an app in a part that does not count",
      {},
      { ...notification({ bundleId: "com.other" }), summary: { bundleId: "com.example" } },
    ],
  ])("refuses what Apple signed for %s", async (_name, more, payload) => {
    expect((await send(of(more), payload, signer)).outcome).toMatchObject({ name: "unauthenticated" });
  });

  it("carries Apple Root CA - G3 as it is published", () => {
    // The fingerprint as agisboye/app-store-server-api (src/AppleRootCertificate.ts) and tamtamchik/apple-iap-tools
    // (src/constants.ts) pin it, of the file at https://www.apple.com/certificateauthority/AppleRootCA-G3.cer; the PEM
    // itself was compared with the one in clearhaus/pedicel @117ea62666 (lib/pedicel.rb).
    const published = "63:34:3A:BF:B8:9A:6A:03:EB:B5:7E:9B:3F:5F:A7:BE:7C:4F:5C:75:6F:30:17:B3:A8:C4:88:C3:65:3E:91:79";
    const certificate = new X509Certificate(APPLE_ROOT_CA_G3);
    expect(certificate.fingerprint256).toBe(published);
    expect(certificate.raw).toHaveLength(583);
    expect(certificate.subject).toContain("CN=Apple Root CA - G3");
    expect(certificate.verify(certificate.publicKey)).toBe(true);
  });

  it("trusts Apple's own root alone by default", async () => {
    const { signed } = await send(of(), ours, signer);
    const { receive } = delivered(build(appleAppStore({ bundleId: "com.example", environment: "Sandbox" })));
    expect(await receive({ ...signed, url: "/" })).toMatchObject({ name: "unauthenticated" });
  });

  it("throws without a bundle id, and for another environment", () => {
    expect(() => appleAppStore({ bundleId: "" })).toThrow(/^appleAppStore: bundleId/);
    expect(() => appleAppStore({ bundleId: "a", environment: "Xcode" as never })).toThrow(/"Production" or "Sandbox"/);
  });
});

describe("a body that is a token", () => {
  const { publicKey, privateKey } = rsaPair();
  const event = { type: "user.created", event_id: "event_1", data: { user: { id: "kp_1" } } };

  it.each(["application/jwt", "text/plain", "text/plain; charset=utf-8", undefined])(
    "Kinde's, with the type %s",
    async (type) => {
      const { signed, receive, seen } = await send(kinde({ publicKey }), event, privateKey);
      seen.length = 0;
      await receive({ body: signed.body, headers: type === undefined ? {} : { "content-type": type } });
      expect(seen).toMatchObject([{ type: "user.created", id: "event_1", payload: event }]);
    },
  );

  it("is refused with any other key, and unsigned", async () => {
    const { receive } = delivered(build(kinde({ publicKey })));
    const none = `${Buffer.from('{"alg":"none"}').toString("base64url")}.${Buffer.from(JSON.stringify(event)).toString("base64url")}.AA`;
    expect((await receive({ body: none })).reply.status).toBe(401);
    expect((await receive({ headers: JSON_TYPE, body: JSON.stringify(event) })).reply.status).toBe(400);
    await expect(
      createTestSender(build(kinde({ publicKey })), { key: ed25519Pair().privateKey }).sign({ payload: event }),
    ).rejects.toThrow(TypeError);
  });

  it("Wix' holds JSON in JSON, and its end is judged", async () => {
    const payload = {
      data: { eventType: "wix.ecom.v1.order_created", instanceId: "i", data: { id: "e-1", entityId: "o" } },
    };
    const { seen, signed } = await send(wix({ publicKey }), payload, privateKey);
    expect(seen).toMatchObject([{ type: "wix.ecom.v1.order_created", id: "e-1", payload }]);
    const late = delivered(build(wix({ publicKey })), { now: () => Date.now() + 3_600_000 });
    expect(await late.receive({ ...signed, url: "/" })).toMatchObject({ name: "unauthenticated" });
  });
});

describe("Salesforce's outbound messages", () => {
  const organizationId = "00D000000000001EAA";
  const soap = (organization: string, ...items: string[]) =>
    `<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body><notifications xmlns="http://soap.sforce.com/2005/09/outbound"><OrganizationId>${organization}</OrganizationId><ActionId>04k</ActionId><SessionId xsi:nil="true"/>${items.join("")}</notifications></soapenv:Body></soapenv:Envelope>`;
  const item = (id: string, type: string) =>
    `<Notification><Id>${id}</Id><sObject xsi:type="sf:${type}" xmlns:sf="urn:sobject.enterprise.soap.sforce.com"><sf:Id>001</sf:Id><sf:Name>A &amp; B</sf:Name></sObject></Notification>`;
  const xmlType = { "content-type": "text/xml; charset=utf-8" };
  const at = (confirm: () => boolean = () => true) =>
    delivered(build(salesforce({ organizationId, confirm, xml: xml() })));

  it("come one by one, unverified, and are acknowledged in SOAP", async () => {
    const { seen, receive } = at();
    const outcome = await receive({
      headers: xmlType,
      body: soap(organizationId, item("04l1", "Account"), item("04l2", "Opportunity")),
    });
    expect(outcome).toMatchObject({ name: "processed", reply: { status: 200 } });
    expect(String(outcome.reply.body)).toContain("<Ack>true</Ack>");
    expect(outcome.reply.headers).toMatchObject({ "content-type": "text/xml; charset=utf-8" });
    expect(seen).toMatchObject([
      { type: "Account", id: "04l1", verified: false, payload: { sObject: { Id: "001", Name: "A & B" } } },
      { type: "Opportunity", id: "04l2" },
    ]);
  });

  it("are one event where there is one, and match the id of 15 characters", async () => {
    const { seen, receive } = at();
    await receive({ headers: xmlType, body: soap(organizationId.slice(0, 15), item("04l1", "Lead")) });
    expect(seen).toMatchObject([{ type: "Lead", id: "04l1" }]);
  });

  it("reach no handler unless confirm vouches for them", async () => {
    const { seen, receive } = at(() => false);
    await receive({ headers: xmlType, body: soap(organizationId, item("04l1", "Account")) });
    expect(seen).toEqual([]);
  });

  it.each([
    ["another organization", soap("00D000000000002EAA", item("1", "Account")), 401],
    ["two of them", soap(`${organizationId}</OrganizationId><OrganizationId>00D000000000002`, item("1", "A")), 401],
    ["an organization that a comment names", soap(`<!--${organizationId}-->`, item("1", "A")), 401],
    [
      "an organization that another element names",
      soap("", item("1", "A"), `<x><OrganizationId>${organizationId}</OrganizationId></x>`),
      401,
    ],
    ["no SOAP", "<a/>", 400],
    ["no notifications", soap(organizationId), 400],
    ["a document type", `<!DOCTYPE a>${soap(organizationId, item("1", "A"))}`, 400],
  ])("are refused with %s", async (_name, body, status) => {
    const { seen, receive } = at();
    expect((await receive({ headers: xmlType, body })).reply.status).toBe(status);
    expect(seen).toEqual([]);
  });
});

it("Salesforce says what is missing where no XML format is given", () => {
  const options = { organizationId: "00D000000000001EAA", confirm: () => true } as never;
  expect(() => salesforce(options)).toThrow(
    /^salesforce: xml must be .*npm install fast-xml-parser.*hookgate\/formats\/xml/,
  );
});

describe("Dropbox Sign", () => {
  const vector = published.find((one) => one.provider === "dropbox-sign") as { body: string; secretOrKey: string };
  const type = { "content-type": "multipart/form-data; boundary=b" };
  const multipart = (json: string) => `--b\r\nContent-Disposition: form-data; name="json"\r\n\r\n${json}\r\n--b--\r\n`;

  it("accepts the published callback in its multipart body, and answers the text it wants", async () => {
    const { seen, receive } = delivered(build(dropboxSign({ secret: vector.secretOrKey })));
    const outcome = await receive({ headers: type, body: multipart(vector.body) });
    expect(outcome).toMatchObject({ name: "processed", reply: { status: 200, body: "Hello API Event Received" } });
    expect(seen).toMatchObject([{ type: "account_confirmed", id: undefined }]);
  });

  it("refuses another type, another time, and two fields of the name", async () => {
    const { seen, receive } = delivered(build(dropboxSign({ secret: vector.secretOrKey })));
    const status = async (body: string) => (await receive({ headers: type, body })).reply.status;
    expect(await status(multipart(vector.body.replace("account_confirmed", "account_deleted")))).toBe(401);
    expect(await status(multipart(vector.body.replace("1348177752", "1348177753")))).toBe(401);
    const first = multipart(vector.body).replace("--b--\r\n", "");
    expect(await status(first + multipart('{"event":{"event_type":"x"}}'))).toBe(400);
    expect(await status(vector.body)).toBe(400);
    expect(seen).toEqual([]);
  });

  it("tells two signers of one second apart", async () => {
    const event = (signer: string) => ({
      event: {
        event_time: "1",
        event_type: "signature_request_viewed",
        event_metadata: { related_signature_id: signer },
      },
      signature_request: { signature_request_id: "r" },
    });
    const ids = [];
    for (const signer of ["a", "b"]) ids.push((await send(dropboxSign({ secret }), event(signer))).seen[0]?.id);
    expect(ids).toEqual(["signature_request_viewed.1.r.a", "signature_request_viewed.1.r.b"]);
  });
});

it.each(["application/json", "application/x-ndjson", "text/plain"])(
  "Auth0's JSON lines come as %s, and are a batch",
  async (type) => {
    const { seen, receive } = delivered(build(auth0({ token: secret })));
    const line = (id: string) => `${JSON.stringify({ log_id: id, data: { type: "s" } })}\n`;
    const headers = { "content-type": type, authorization: secret };
    expect(await receive({ headers, body: line("1") + line("2") })).toMatchObject({ name: "processed" });
    expect(seen).toMatchObject([{ id: "1", type: "s" }, { id: "2" }]);
    expect((await receive({ headers, body: "{" })).reply.status).toBe(400);
  },
);
