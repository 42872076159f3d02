// Checks the sender Plaid.

import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { plaid } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { delivered, JSON_TYPE } from "../support/senders/deliver.js";
import { documentedAt } from "../support/senders/documentation-oracle.js";

const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });
const nowMs = 1_767_323_045_000;
const now = () => nowMs;

describe(documentedAt("https://plaid.com/docs/api/webhooks/webhook-verification/"), () => {
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
