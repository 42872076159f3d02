// Checks the sender Fireblocks.

import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fireblocks } from "hookgate/senders";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { delivered, JSON_TYPE } from "../support/senders/deliver.js";
import { documentedAt } from "../support/senders/documentation-oracle.js";

const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const pem = (key: KeyObject) => key.export({ type: "spki", format: "pem" }) as string;
const rsaSign = (text: string | Buffer, hash = "sha256") =>
  sign(hash, Buffer.from(text as string), rsa.privateKey).toString("base64");

describe(documentedAt("https://developers.fireblocks.com/reference/validating-webhooks"), () => {
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
