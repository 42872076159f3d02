// Every place that takes a public key refuses those that prove nothing, and keeps a JWK to what it says it is for.
import { createPublicKey, generateKeyPairSync, type JsonWebKey, KeyObject } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import { messageSignature } from "../../src/auth/http-signature/http-signature.js";
import { bearerJwt } from "../../src/auth/jwt/bearer-jwt.js";
import { detachedJws } from "../../src/auth/jwt/detached-jws.js";
import type { JwsAlgorithm } from "../../src/auth/jwt/jws-algorithms.js";
import { jwt } from "../../src/auth/jwt/jwt.js";
import { parseKeySet } from "../../src/auth/keys/jwks-document.js";
import { weaknessOf } from "../../src/auth/keys/weak-keys.js";
import { publicKey } from "../../src/auth/schemes/public-key.js";
import { header } from "../../src/core/field.js";
import { ed, p256, p521, rsa } from "./keys.js";
import { outcomeOf, serve } from "./proving.js";

const LACKS = { issuer: "a test", audience: "a test", expiry: "a test" };
const jwkOf = (key: KeyObject): JsonWebKey => key.export({ format: "jwk" });
const strongRsa = jwkOf(rsa.publicKey);
const withExponent = (e: string) => ({ ...strongRsa, e });
const evenModulus = Buffer.from(strongRsa.n as string, "base64url");
evenModulus[evenModulus.length - 1] = 0xfe;
const tripled = ((BigInt(`0x${Buffer.from(strongRsa.n as string, "base64url").toString("hex")}`) / 751n) | 1n) * 751n;
const edKey = (hex: string) => ({ kty: "OKP", crv: "Ed25519", x: Buffer.from(hex, "hex").toString("base64url") });

/** Ed25519's points of small order, little-endian, and ways to write them that are not canonical (RFC 8032 section 5.1.3). */
const SMALL_ORDER = [
  "0100000000000000000000000000000000000000000000000000000000000000",
  "0100000000000000000000000000000000000000000000000000000000000080",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0000000000000000000000000000000000000000000000000000000000000080",
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
  "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
];

const WEAK: readonly (readonly [string, JsonWebKey, JwsAlgorithm])[] = [
  ["RSA with the exponent 1", withExponent("AQ"), "RS256"],
  ["RSA with the exponent 2", withExponent("Ag"), "RS256"],
  ["RSA with the exponent 3", withExponent("Aw"), "PS256"],
  ["RSA with the exponent 17", withExponent("EQ"), "RS256"],
  ["RSA with the exponent 65536", withExponent("AQAA"), "RS512"],
  ["RSA with an exponent of 2,048 bits", withExponent(strongRsa.n as string), "RS256"],
  ["RSA with an even modulus", { ...strongRsa, n: evenModulus.toString("base64url") }, "RS256"],
  [
    "RSA with a modulus that 751 divides",
    { ...strongRsa, n: Buffer.from(tripled.toString(16).padStart(512, "0"), "hex").toString("base64url") },
    "RS256",
  ],
  ["RSA of 512 bits", jwkOf(generateKeyPairSync("rsa", { modulusLength: 512 }).publicKey), "RS256"],
  ["RSA of 2,040 bits", jwkOf(generateKeyPairSync("rsa", { modulusLength: 2040 }).publicKey), "PS512"],
  ...SMALL_ORDER.map((hex) => [`Ed25519's ${hex.slice(0, 8)}…${hex.slice(-2)}`, edKey(hex), "EdDSA"] as const),
];
const NAMES = { RS256: "rsa-v1_5-sha256", RS512: "rsa-v1_5-sha512", PS256: "rsa-pss-sha256", PS512: "rsa-pss-sha512" };
const nameOf = (alg: JwsAlgorithm) => (alg === "EdDSA" ? "ed25519" : NAMES[alg as keyof typeof NAMES]);

type Given = string | JsonWebKey | KeyObject;
/** All that take a public key, each by every option that takes one. */
const TAKERS: readonly (readonly [string, (key: Given, alg: JwsAlgorithm) => unknown])[] = [
  ["publicKey", (key, alg) => publicKey({ publicKey: key, algorithm: nameOf(alg) as "ed25519", signature: HEX })],
  [
    "publicKey, by id",
    (key, alg) =>
      publicKey({ keys: { k: key }, keyId: header("k"), algorithm: nameOf(alg) as "ed25519", signature: HEX }),
  ],
  ["jwt", (key, alg) => jwt({ at: "body", publicKey: key, algorithms: [alg], lacks: LACKS })],
  ["jwt, by id", (key, alg) => jwt({ at: "body", keys: { k: [key] }, algorithms: [alg], lacks: LACKS })],
  ["detachedJws", (key, alg) => detachedJws({ header: "x", publicKey: [key], algorithms: [alg] })],
  ["bearerJwt", (key) => bearerJwt({ issuer: "i", audience: "a", publicKey: key })],
  ["bearerJwt, a key set", (key) => bearerJwt({ issuer: "i", audience: "a", jwks: { keys: [jwkText(key)] } })],
  [
    "messageSignature",
    (key) => messageSignature({ required: ["@method"], keys: [{ algorithm: "rsa-v1_5-sha256", publicKey: key }] }),
  ],
  [
    "messageSignature, by id",
    (key) => messageSignature({ required: ["@method"], keys: { k: { algorithm: "ed25519", publicKey: key } } }),
  ],
];
const HEX = { header: "x", encoding: "hex" } as const;

function jwkText(key: Given): JsonWebKey {
  if (typeof key === "string") return jwkOf(createPublicKey(key));
  return key instanceof KeyObject ? jwkOf(key) : key;
}

describe.each(WEAK)("%s", (_name, jwk, alg) => {
  const key = createPublicKey({ key: jwk, format: "jwk" });
  const spellings: readonly (readonly [string, Given])[] = [
    ["a JWK", jwk],
    ["a JWK's text", JSON.stringify(jwk)],
    ["PEM", key.export({ type: "spki", format: "pem" }).toString()],
    ["base64 of SPKI", key.export({ type: "spki", format: "der" }).toString("base64")],
    ["a KeyObject", key],
  ];
  it.each(TAKERS)("is refused by %s in every spelling", (_taker, build) => {
    for (const [, given] of spellings) {
      if (_taker.includes("key set") && typeof given === "string" && !given.startsWith("-----")) continue;
      expect(() => build(given, alg)).toThrow(TypeError);
    }
  });

  it("is left out of a key set", () => {
    expect(() => parseKeySet({ keys: [{ ...jwk, kid: "weak" }] })).toThrow(/no public key/);
    expect(parseKeySet({ keys: [{ ...jwk, kid: "weak" }, jwkOf(p256.publicKey)] })).toHaveLength(1);
  });

  it("is misconfigured if a function returns it", async () => {
    const auth = jwt({ at: "body", keys: () => jwk, algorithms: [alg], lacks: LACKS });
    const token = `${Buffer.from(JSON.stringify({ alg, kid: "k" })).toString("base64url")}.e30.AAAA`;
    expect(await outcomeOf(auth, { body: token })).toBe("misconfigured");
  });
});

it("strong keys have no weakness", () => {
  for (const pair of [rsa, p256, p521, ed]) {
    expect(weaknessOf(pair.publicKey)).toBeUndefined();
    expect(weaknessOf(pair.privateKey)).toBeUndefined();
  }
  const pss = generateKeyPairSync("rsa-pss", {
    modulusLength: 2048,
    hashAlgorithm: "sha256",
    mgf1HashAlgorithm: "sha256",
  });
  expect(weaknessOf(pss.publicKey)).toBeUndefined();
  expect(() => publicKey({ publicKey: pss.publicKey, algorithm: "rsa-pss-sha256", signature: HEX })).not.toThrow();
  expect(() => publicKey({ publicKey: pss.publicKey, algorithm: "rsa-pss-sha512", signature: HEX })).toThrow(
    /is for sha256, and rsa-pss-sha512 needs sha512/,
  );
});

describe("a JWK is restricted to its declared use", () => {
  const good = { ...jwkOf(p256.publicKey), use: "sig", key_ops: ["verify"], alg: "ES256" };
  const build = (jwk: unknown, alg: JwsAlgorithm = "ES256") =>
    TAKERS.filter(
      ([name]) => name === "jwt" || name === "detachedJws" || name === "bearerJwt" || name === "jwt, by id",
    ).map(
      ([, take]) =>
        () =>
          take(jwk as Given, alg),
    );

  it.each<[string, object]>([
    ["use enc", { use: "enc" }],
    ["another use", { use: "tls" }],
    ["key_ops without verify", { key_ops: ["sign"] }],
    ["empty key_ops", { key_ops: [] }],
    ["key_ops that is a text", { key_ops: "verify" }],
    ["another alg of the kind", { alg: "ES384" }],
    ["an alg of encryption", { alg: "ECDH-ES" }],
    ["an alg that is none", { alg: "none" }],
    ["an alg that is a number", { alg: 5 }],
  ])("%s: no key for anything else", (_name, over) => {
    for (const [, take] of TAKERS) {
      for (const given of [{ ...good, ...over }, JSON.stringify({ ...good, ...over })]) {
        if (take === TAKERS.find(([name]) => name === "bearerJwt, a key set")?.[1] && typeof given === "string")
          continue;
        expect(() => take(given as Given, "ES256")).toThrow(TypeError);
      }
    }
  });

  it("a JWK for signatures is accepted", () => {
    for (const take of build(good)) expect(take).not.toThrow();
  });

  it("one key for two algorithms is used with its own alone", async () => {
    const { publicKey: key, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const auth = jwt({
      at: "body",
      publicKey: { ...jwkOf(key), alg: "PS256" },
      algorithms: ["RS256", "PS256"],
      lacks: LACKS,
    });
    const signer = (alg: JwsAlgorithm) => jwt({ at: "body", publicKey: key, algorithms: [alg], lacks: LACKS });
    const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    const request = { method: "POST", url: "https://a.example/", headers: {}, body: Buffer.from("{}"), timestampMs: 0 };
    for (const [alg, outcome] of [
      ["PS256", "proven"],
      ["RS256", "unauthenticated"],
    ] as const) {
      const sent = await signer(alg).sign?.(request, pem);
      expect(await outcomeOf(auth, { body: sent?.body as Uint8Array })).toBe(outcome);
    }
  });
});

describe("a secret of HMAC tokens is as long as the hash at least (RFC 7518 section 3.2)", () => {
  const takers: readonly (readonly [string, (secret: string, algorithms: readonly JwsAlgorithm[]) => unknown])[] = [
    ["jwt", (secret, algorithms) => jwt({ at: "body", secret, algorithms, lacks: LACKS })],
    ["detachedJws", (secret, algorithms) => detachedJws({ header: "x", secret, algorithms })],
    ["bearerJwt", (secret, algorithms) => bearerJwt({ issuer: "i", audience: "a", secret, algorithms })],
  ];
  it.each(takers)("%s", (_name, build) => {
    for (const [alg, bytes] of [
      ["HS256", 32],
      ["HS384", 48],
      ["HS512", 64],
    ] as const) {
      expect(() => build("x".repeat(bytes), [alg])).not.toThrow();
      expect(() => build("x".repeat(bytes - 1), [alg])).toThrow(`at least ${bytes} bytes`);
    }
  });

  it("a secret for several algorithms is used with those that it is long enough for", async () => {
    const secret = "x".repeat(32);
    const auth = jwt({ at: "body", secret, algorithms: ["HS256", "HS512"], lacks: LACKS });
    const { createHmac } = await import("node:crypto");
    const token = (alg: string, hash: string) => {
      const input = `${Buffer.from(JSON.stringify({ alg })).toString("base64url")}.e30`;
      return `${input}.${createHmac(hash, secret).update(input).digest("base64url")}`;
    };
    expect(await outcomeOf(auth, { body: token("HS256", "sha256") })).toBe("proven");
    expect(await outcomeOf(auth, { body: token("HS512", "sha512") })).toBe("unauthenticated");
  });

  it("a shorter secret from a function is misconfigured", async () => {
    const auth = jwt({ at: "body", secret: (_) => "x".repeat(31), algorithms: ["HS256"], lacks: LACKS });
    const token = `${Buffer.from('{"alg":"HS256"}').toString("base64url")}.e30.AAAA`;
    expect(await outcomeOf(auth, { body: token })).toBe("misconfigured");
  });
});

describe("a fetched key set", () => {
  let server: Awaited<ReturnType<typeof serve>> | undefined;
  afterEach(() => server?.close());

  it("ignores weak keys, and reports that it has no other", async () => {
    server = await serve((_req, res) => res.end(JSON.stringify({ keys: [{ ...withExponent("AQ"), kid: "k" }] })));
    const auth = bearerJwt({ issuer: "i", audience: "a", jwksUrl: `${server.origin}/jwks` });
    const token = `${Buffer.from('{"alg":"RS256","kid":"k"}').toString("base64url")}.e30.AAAA`;
    expect(await outcomeOf(auth, { headers: { authorization: `Bearer ${token}` } })).toBe("undecided");
  });
});
