// Checks the sender eBay Notification API.

import { createHash, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import client from "event-notification-nodejs-sdk/lib/client.js";
import validator from "event-notification-nodejs-sdk/lib/validator.js";
import { ebay } from "hookgate/senders";
import { describe, expect, it, vi } from "vitest";
import { delivered, JSON_TYPE } from "../support/senders/deliver.js";
import { libraryOracle, NOTE } from "../support/senders/library-oracle.js";
import { header } from "../support/senders/signed.js";
import { vectorOracle } from "../support/senders/vector-oracle.js";

const secret = "0123456789abcdef0123456789abcdef";
const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });
const pem = (key: KeyObject) => key.export({ type: "spki", format: "pem" }) as string;

vectorOracle("ebay", ({ secretOrKey: key }) =>
  ebay({ keys: () => key, verifyToken: secret, endpoint: "https://example.com/webhooks/ebay" }),
);

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
  ])("answers a delivery signed %s with %d", async (_name, members, status) => {
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

libraryOracle("event-notification-nodejs-sdk", {
  sender: ebay({
    keys: { k1: pem(ec.publicKey).replaceAll("\n", "") },
    verifyToken: "0123456789abcdef0123456789abcdef",
    endpoint: "https://example.com/webhooks/ebay",
  }),
  key: ec.privateKey.export({ type: "pkcs8", format: "pem" }) as string,
  type: "MARKETPLACE_ACCOUNT_DELETION",
  payload: {
    metadata: { topic: "MARKETPLACE_ACCOUNT_DELETION" },
    notification: { notificationId: "n1", data: { note: NOTE } },
  },
  headers: { "x-ebay-signature.alg": "ecdsa", "x-ebay-signature.kid": "k1" },
  async accepts(signed) {
    // It would ask eBay for the key.
    const key = vi.spyOn(client, "getPublicKey").mockResolvedValue({ key: pem(ec.publicKey).replaceAll("\n", "") });
    try {
      return await validator.validateSignature(JSON.parse(signed.body), header(signed, "x-ebay-signature"), {});
    } finally {
      key.mockRestore();
    }
  },
});

it("event-notification-nodejs-sdk answers the challenge as the sender does", async () => {
  const config = {
    verificationToken: "0123456789abcdef0123456789abcdef",
    endpoint: "https://example.com/webhooks/ebay",
  };
  const challengeResponse = validator.generateChallengeResponse("a71d", config);
  const sender = ebay({
    keys: { k1: pem(ec.publicKey) },
    verifyToken: config.verificationToken,
    endpoint: config.endpoint,
  });
  const { reply } = await delivered(sender).receive({ method: "GET", url: "/?challenge_code=a71d" });
  expect(reply.body).toBe(JSON.stringify({ challengeResponse }));
});
