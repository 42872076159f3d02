// A platform that lacks an algorithm decides nothing: the outcome is undecided with the cause, never a refusal of the sender.
import type * as Crypto from "node:crypto";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { JwsAlgorithm } from "../../src/auth/jwt/jws-algorithms.js";
import type { Auth } from "../../src/core/auth.js";
import { type DeliveryInput, toDelivery } from "../../src/core/delivery.js";

const missing = Object.assign(new Error("crypto.verify is not implemented on this platform"), {
  code: "ERR_METHOD_NOT_IMPLEMENTED",
});
const platform = vi.hoisted(() => ({ lacks: "" }));

/** node:crypto as a platform has it that lacks a function, or whose one-shot `verify` is false for RSA-PSS (Cloudflare Workers). */
vi.mock("node:crypto", async (original) => {
  const crypto = await original<typeof Crypto>();
  const unless = <F extends (...given: never[]) => unknown>(name: string, call: F) =>
    ((...given: never[]) => {
      if (platform.lacks === name) throw missing;
      return call(...given);
    }) as F;
  return {
    ...crypto,
    verify: unless("verify", ((...given: Parameters<typeof crypto.verify>) => {
      const isPss = (given[2] as { padding?: number }).padding === crypto.constants.RSA_PKCS1_PSS_PADDING;
      return platform.lacks === "one-shot PSS" && isPss ? false : crypto.verify(...given);
    }) as never),
    createVerify: unless("createVerify", crypto.createVerify),
    createHmac: unless("createHmac", crypto.createHmac),
  };
});

const LACKS = { issuer: "a test", audience: "a test", expiry: "a test" };
const HEX = { header: "x", encoding: "hex" } as const;
const context = { nowMs: 0, publicUrls: () => [] };

async function schemes(
  kind: "rsa-v1_5" | "rsa-pss",
): Promise<readonly (readonly [string, Auth, string | undefined])[]> {
  const { generateKeyPairSync } = await import("node:crypto");
  const { publicKey } = await import("../../src/auth/schemes/public-key.js");
  const { jwt } = await import("../../src/auth/jwt/jwt.js");
  const { bearerJwt } = await import("../../src/auth/jwt/bearer-jwt.js");
  const { detachedJws } = await import("../../src/auth/jwt/detached-jws.js");
  const { messageSignature } = await import("../../src/auth/http-signature/http-signature.js");
  const { anyOf } = await import("../../src/auth/combine.js");
  const pair = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const pem = pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const algorithms: readonly JwsAlgorithm[] = [kind === "rsa-pss" ? "PS256" : "RS256"];
  const key = { publicKey: pair.publicKey, algorithms };
  const message = kind === "rsa-pss" ? "rsa-pss-sha512" : "rsa-v1_5-sha256";
  const signed = publicKey({ publicKey: pair.publicKey, algorithm: `${kind}-sha256`, signature: HEX });
  return [
    ["publicKey", signed, pem],
    ["jwt", jwt({ at: "body", ...key, lacks: LACKS }), pem],
    ["bearerJwt", bearerJwt({ issuer: "i", audience: "a", ...key }), pem],
    ["detachedJws", detachedJws({ header: "x", ...key }), pem],
    [
      "messageSignature",
      messageSignature({
        required: ["@method"],
        keys: { k: { algorithm: message, publicKey: pair.publicKey } },
      }),
      pem,
    ],
    ["anyOf", anyOf(signed, jwt({ at: "body", ...key, lacks: LACKS })), pem],
  ];
}

async function signedBy(auth: Auth, key: string | undefined): Promise<DeliveryInput> {
  const request = { method: "POST", url: "https://a.example/", headers: {}, body: Buffer.from("{}"), timestampMs: 0 };
  const sent = await auth.sign?.(request, key);
  return { method: "POST", headers: sent?.headers ?? {}, body: sent?.body ?? "" };
}

beforeEach(() => {
  platform.lacks = "";
});

describe.each([
  ["rsa-v1_5", "verify"],
  ["rsa-pss", "createVerify"],
] as const)("%s on a platform without %s", (kind, lacked) => {
  it("is undecided with the cause for every scheme, and accepted once the platform has the feature", async () => {
    for (const [name, auth, key] of await schemes(kind)) {
      const delivery = toDelivery(await signedBy(auth, key));
      platform.lacks = lacked;
      expect([name, await auth.verify(delivery, context)]).toMatchObject([
        name,
        { ok: false, outcome: "undecided", cause: missing },
      ]);
      platform.lacks = "";
      expect([name, await auth.verify(delivery, context)]).toMatchObject([name, { ok: true }]);
    }
  });
});

it("RSA-PSS is right on a platform whose one-shot verify answers false", async () => {
  for (const [name, auth, key] of await schemes("rsa-pss")) {
    const delivery = toDelivery(await signedBy(auth, key));
    platform.lacks = "one-shot PSS";
    expect([name, await auth.verify(delivery, context)]).toMatchObject([name, { ok: true }]);
    platform.lacks = "";
  }
});

it("an HMAC token is undecided without createHmac", async () => {
  const { bearerJwt } = await import("../../src/auth/jwt/bearer-jwt.js");
  const auth = bearerJwt({ issuer: "i", audience: "a", secret: "x".repeat(32) });
  const delivery = toDelivery(await signedBy(auth, undefined));
  platform.lacks = "createHmac";
  expect(await auth.verify(delivery, context)).toMatchObject({ outcome: "undecided", cause: missing });
});

it("a scheme that throws is undecided, and another scheme may still accept", async () => {
  const { allOf, anyOf } = await import("../../src/auth/combine.js");
  const { bearerToken } = await import("../../src/auth/schemes/bearer-token.js");
  const holds = bearerToken({ token: "a-token-of-these-tests" });
  const throwing = (verify: Auth["verify"]): Auth => ({ ...holds, scheme: "broken", verify });
  const delivery = toDelivery({ headers: { authorization: "Bearer a-token-of-these-tests" } });
  for (const broken of [throwing(() => fail()), throwing(async () => fail())]) {
    expect(await anyOf(broken, holds).verify(delivery, context)).toMatchObject({ ok: true });
    expect(await allOf(holds, broken).verify(delivery, context)).toMatchObject({
      outcome: "undecided",
      cause: missing,
    });
    const forged = toDelivery({ headers: { authorization: "Bearer another" } });
    expect(await anyOf(broken, holds).verify(forged, context)).toMatchObject({ outcome: "undecided", cause: missing });
  }
});

function fail(): never {
  throw missing;
}
