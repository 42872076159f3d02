// Checks the sender FusionAuth.

import { createHash, createHmac } from "node:crypto";
import { fusionauth } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { rsaPair } from "../../scripts/sample-keys.js";
import { documentationOracle } from "../support/senders/documentation-oracle.js";
import { send } from "../support/senders/send.js";

const SECRET = "0123456789abcdef0123456789abcdef";
const secret = "0123456789abcdef0123456789abcdef";

it.each<[string, (secret: string) => unknown]>([["fusionauth", (secret) => fusionauth({ secret })]])(
  "%s is not built with a secret that is shorter than its hash",
  (_name, build) => {
    expect(() => build(SECRET)).not.toThrow();
    expect(() => build(SECRET.slice(1))).toThrow(/at least 32 bytes/);
  },
);

describe("how it signs", () => {
  it("by an HMAC key as well", async () => {
    expect((await send(fusionauth({ secret }), { event: { id: "1", type: "user.create" } })).seen).toMatchObject([
      { type: "user.create", id: "1" },
    ]);
  });
});

describe("misuse", () => {
  it.each<[string, () => unknown, RegExp]>([
    [
      "fusionauth with both",
      () => fusionauth({ jwksUrl: "https://a.test/", publicKey: rsaPair().publicKey }),
      /one of them/,
    ],
  ])("%s throws", (_name, make, message) => {
    expect(make).toThrow(TypeError);
    expect(make).toThrow(message);
  });
});

documentationOracle("https://fusionauth.io/docs/extend/events-and-webhooks/signing", {
  sender: fusionauth({ secret }),
  body: { event: { id: "1", type: "user.create" } },
  headers(body) {
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const hash = createHash("sha256").update(body).digest("base64");
    const input = `${encode({ alg: "HS256", typ: "JWT" })}.${encode({ request_body_sha256: hash })}`;
    const signature = createHmac("sha256", secret).update(input).digest("base64url");
    return { "x-fusionauth-signature-jwt": `${input}.${signature}` };
  },
  seen: { type: "user.create", id: "1" },
});
