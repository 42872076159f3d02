// Payment senders that sign with a private key. Signatures are made here by node:crypto.
import { constants, createHash, createPublicKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { bridgeXyz, circle, ebay, fireblocks, paypal, plaid, tokenIo, utila } from "hookgate/senders";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { crc32 } from "../../src/auth/signature/crc32.js";
import { delivered, JSON_TYPE } from "./deliver.js";

const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });
const nowMs = 1_767_323_045_000;
const now = () => nowMs;
const pem = (key: KeyObject) => key.export({ type: "spki", format: "pem" }) as string;
const rsaSign = (text: string | Buffer, hash = "sha256") =>
  sign(hash, Buffer.from(text as string), rsa.privateKey).toString("base64");

describe("paypal", () => {
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

describe("plaid", () => {
  const body = '{\n  "webhook_type": "ITEM",\n  "webhook_code": "ERROR"\n}';
  const jwk = { ...ec.publicKey.export({ format: "jwk" }), kid: "k1", alg: "ES256", use: "sig" };
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  function headers(claims: object = {}, header: object = {}) {
    const hash = createHash("sha256").update(body).digest("hex");
    const head = encode({ alg: "ES256", kid: "k1", typ: "JWT", ...header });
    const input = `${head}.${encode({ iat: nowMs / 1000, request_body_sha256: hash, ...claims })}`;
    const signature = sign("sha256", Buffer.from(input), { key: ec.privateKey, dsaEncoding: "ieee-p1363" });
    return { ...JSON_TYPE, "plaid-verification": `${input}.${signature.toString("base64url")}` };
  }
  const keys = (keyId: string) => (keyId === "k1" ? jwk : null);

  it("signs the body's hash and the time", async () => {
    const { seen, receive } = delivered(plaid({ keys }), { now });
    expect(await receive({ headers: headers(), body })).toMatchObject({ name: "processed" });
    expect(seen).toMatchObject([{ type: "ITEM.ERROR", id: undefined }]);
    expect(await receive({ headers: headers(), body: body.replaceAll("  ", "") })).toMatchObject({
      name: "unauthenticated",
    });
  });

  it.each([
    ["five minutes and a second old", { iat: nowMs / 1000 - 301 }, {}, 401],
    ["without a time", { iat: undefined }, {}, 401],
    ["without a hash", { request_body_sha256: undefined }, {}, 401],
    ["by a key that is not known", {}, { kid: "k2" }, 401],
    ["by no key", {}, { kid: undefined }, 401],
    ["unsigned", {}, { alg: "none" }, 401],
  ])("refuses a token %s", async (_name, claims, header, status) => {
    const { reply } = await delivered(plaid({ keys }), { now }).receive({ headers: headers(claims, header), body });
    expect([status, 400]).toContain(reply.status);
  });

  it("is undecided while keys cannot be had", async () => {
    const { receive } = delivered(plaid({ keys: () => Promise.reject(new Error("down")) }), { now });
    expect(await receive({ headers: headers(), body })).toMatchObject({ name: "undecided", reply: { status: 503 } });
  });
});

describe("ebay", () => {
  const endpoint = "https://example.com/webhooks/ebay";
  const verifyToken = "0123456789abcdef0123456789abcdef";
  const body = JSON.stringify({ metadata: { topic: "T" }, notification: { notificationId: "n1" } });
  const head = (members: object) => ({
    ...JSON_TYPE,
    "x-ebay-signature": Buffer.from(JSON.stringify(members)).toString("base64"),
  });
  const signature = sign("sha1", Buffer.from(body), ec.privateKey).toString("base64");
  const options = { keys: { k1: pem(ec.publicKey).replaceAll("\n", "") }, verifyToken, endpoint };

  it.each([
    ["as eBay signs", { alg: "ecdsa", kid: "k1", signature, digest: "SHA1" }, 200],
    ["by a key that is not known", { alg: "ecdsa", kid: "constructor", signature, digest: "SHA1" }, 401],
    ["with another hash", { alg: "ecdsa", kid: "k1", signature, digest: "MD5" }, 401],
    ["without a key", { signature, digest: "SHA1" }, 401],
    ["without a signature", { kid: "k1", digest: "SHA1" }, 401],
  ])("hears of a delivery signed %s: %d", async (_name, members, status) => {
    const { reply } = await delivered(ebay(options)).receive({ headers: head(members), body });
    expect(reply.status).toBe(status);
  });

  it("cannot be given the parts of the signature as headers", async () => {
    const parts = { "x-ebay-signature.kid": "k1", "x-ebay-signature.signature": signature };
    const plain = await delivered(ebay(options)).receive({ headers: { ...JSON_TYPE, ...parts }, body });
    expect(plain).toMatchObject({ name: "unauthenticated" });
    const twice = { ...head({ kid: "k1", signature, digest: "SHA1" }), "x-ebay-signature.kid": "k1" };
    expect(await delivered(ebay(options)).receive({ headers: twice, body })).toMatchObject({ name: "bad_credentials" });
  });

  it("answers the challenge with code, token and endpoint in that order", async () => {
    const challengeResponse = createHash("sha256").update(`a71d${verifyToken}${endpoint}`).digest("hex");
    const { receive } = delivered(ebay(options));
    expect(await receive({ method: "GET", url: "/?challenge_code=a71d" })).toMatchObject({
      name: "handshake",
      reply: {
        status: 200,
        body: JSON.stringify({ challengeResponse }),
        headers: { "content-type": "application/json" },
      },
    });
    expect((await receive({ method: "GET", url: "/" })).reply.status).toBe(405);
    expect(() => ebay({ ...options, verifyToken: "short" })).toThrow(/verifyToken/);
    expect(() => ebay({ ...options, endpoint: "example.com" })).toThrow(/endpoint/);
  });
});

describe("circle", () => {
  const body = JSON.stringify({ notificationId: "n1", notificationType: "payments" });
  const signature = sign("sha256", Buffer.from(body), ec.privateKey).toString("base64");
  const spki = ec.publicKey.export({ type: "spki", format: "der" }).toString("base64");
  it("is verified with the key that it names, as base64 of SPKI", async () => {
    const { seen, receive } = delivered(circle({ keys: async (id) => (id === "k1" ? spki : null) }));
    const headers = { ...JSON_TYPE, "x-circle-key-id": "k1", "x-circle-signature": signature };
    await receive({ headers, body });
    expect(seen).toMatchObject([{ id: "n1", type: "payments" }]);
    const unknown = await receive({ headers: { ...headers, "x-circle-key-id": "k2" }, body });
    expect(unknown).toMatchObject({ name: "unauthenticated" });
    expect((await receive({ method: "HEAD" })).reply).toMatchObject({ status: 200, body: "" });
  });
});

it("bridgeXyz signs the digest, which is hashed again, and allows ten minutes", async () => {
  const body = JSON.stringify({ event_id: "b1", event_type: "transfer.updated" });
  const sent = String(nowMs - 600_000);
  const digest = createHash("sha256").update(`${sent}.${body}`).digest();
  const headers = { ...JSON_TYPE, "x-webhook-signature": `t=${sent},v0=${rsaSign(digest)}` };
  const options = { publicKey: pem(rsa.publicKey) };
  expect(await delivered(bridgeXyz(options), { now }).receive({ headers, body })).toMatchObject({ name: "processed" });
  const late = delivered(bridgeXyz(options), { now: () => nowMs + 1_000 });
  expect(await late.receive({ headers, body })).toMatchObject({ name: "unauthenticated" });
  const once = { ...JSON_TYPE, "x-webhook-signature": `t=${sent},v0=${rsaSign(`${sent}.${body}`)}` };
  expect(await delivered(bridgeXyz(options), { now }).receive({ headers: once, body })).toMatchObject({
    name: "unauthenticated",
  });
});

it.each([constants.RSA_PSS_SALTLEN_DIGEST, constants.RSA_PSS_SALTLEN_MAX_SIGN])(
  "utila signs with PSS and a salt of any length (%d)",
  async (saltLength) => {
    const body = JSON.stringify({ id: "u1", type: "WALLET_CREATED" });
    const key = { key: rsa.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength };
    const headers = { ...JSON_TYPE, "x-utila-signature": sign("sha512", Buffer.from(body), key).toString("base64") };
    const { receive } = delivered(utila({ publicKey: pem(rsa.publicKey) }));
    expect(await receive({ headers, body })).toMatchObject({ name: "processed" });
    const older = { ...headers, "x-utila-signature": rsaSign(body, "sha512") };
    expect(await receive({ headers: older, body })).toMatchObject({ name: "unauthenticated" });
  },
);

it("tokenIo takes its key and its signature in base64url", async () => {
  const { privateKey } = generateKeyPairSync("ed25519");
  const { x = "" } = createPublicKey(privateKey).export({ format: "jwk" });
  const body = JSON.stringify({ payment: { status: "SUCCESS" } });
  const signature = sign(null, Buffer.from(body), privateKey).toString("base64url");
  const headers = { ...JSON_TYPE, "token-signature": signature, "token-event": "PAYMENT_STATUS_CHANGED" };
  for (const publicKey of [x, [x]]) {
    expect(await delivered(tokenIo({ publicKey })).receive({ headers, body })).toMatchObject({
      name: "processed",
      events: [{ type: "PAYMENT_STATUS_CHANGED" }],
    });
  }
});

describe("fireblocks", () => {
  const body = JSON.stringify({ id: "f1", eventType: "transaction.created" });
  const jwk = { ...rsa.publicKey.export({ format: "jwk" }), kid: "k1", alg: "RS512", use: "sig" };
  const server = createServer((_req, res) => res.end(JSON.stringify({ keys: [jwk] })));
  let jwksUrl = "";
  beforeAll(async () => {
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    jwksUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`;
  });
  afterAll(() => server.close());

  it("is verified by a detached JWS with a key of the set, or by v1's key", async () => {
    const head = Buffer.from(JSON.stringify({ alg: "RS512", kid: "k1" })).toString("base64url");
    const input = `${head}.${Buffer.from(body).toString("base64url")}`;
    const token = `${head}..${Buffer.from(rsaSign(input, "sha512"), "base64").toString("base64url")}`;
    const v2 = { ...JSON_TYPE, "fireblocks-webhook-signature": token };
    const { receive } = delivered(fireblocks({ jwksUrl }));
    expect(await receive({ headers: v2, body })).toMatchObject({
      name: "processed",
      events: [{ id: "f1", type: "transaction.created" }],
    });
    expect(await receive({ headers: v2, body: `${body} ` })).toMatchObject({ name: "unauthenticated" });

    const old = JSON.stringify({ type: "TRANSACTION_CREATED" });
    const v1 = { ...JSON_TYPE, "fireblocks-signature": rsaSign(old, "sha512") };
    expect(await receive({ headers: v1, body: old })).toMatchObject({ name: "unauthenticated" });
    const both = delivered(fireblocks({ jwksUrl, publicKey: pem(rsa.publicKey) }));
    expect(await both.receive({ headers: v1, body: old })).toMatchObject({
      name: "processed",
      events: [{ type: "TRANSACTION_CREATED" }],
    });
    expect(await both.receive({ headers: v2, body })).toMatchObject({ name: "processed" });
    expect(() => fireblocks({})).toThrow(/jwksUrl .* publicKey/);
  });
});
