// Real keys of node:crypto; tokens made by jose, or by hand where jose would not make them.
import { createHmac, generateKeyPairSync, type KeyObject, sign as signBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import fc from "fast-check";
import { type JWK, SignJWT } from "jose";
import { afterAll, describe, expect, it } from "vitest";
import { type BearerJwtOptions, bearerJwt, createBearerJwt } from "../../src/auth/jwt/bearer-jwt.js";
import type { Auth, Proof, SignableRequest } from "../../src/core/auth.js";
import { type Delivery, toDelivery } from "../../src/core/delivery.js";
import { HeaderLines } from "../../src/lib/headers.js";

const NOW_SECONDS = 1_800_000_000;
const CONTEXT = { nowMs: NOW_SECONDS * 1000 + 999, publicUrls: () => [] };
const ISSUER = "https://id.example.com";
const AUDIENCE = "webhooks";
const SECRET = "0123456789abcdef0123456789abcdef";
const OTHER_SECRET = "fedcba9876543210fedcba9876543210";
const FIXED = { issuer: ISSUER, audience: AUDIENCE };

const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const otherRsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });
const ed = generateKeyPairSync("ed25519");

const jwkOf = (key: KeyObject, more: JWK = {}): JWK => ({ ...(key.export({ format: "jwk" }) as JWK), ...more });
const pemOf = (key: KeyObject): string =>
  key.export({ format: "pem", type: key.type === "public" ? "spki" : "pkcs8" }) as string;
const JWKS = {
  keys: [jwkOf(rsa.publicKey, { kid: "rsa" }), jwkOf(ec.publicKey, { kid: "ec" }), jwkOf(ed.publicKey, { kid: "ed" })],
};

const CLAIMS = { iss: ISSUER, aud: AUDIENCE, iat: NOW_SECONDS, exp: NOW_SECONDS + 300 };
const base64url = (value: unknown): string =>
  Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");

/** A token exactly as told: `claims` may be JSON text. */
function rs256(
  claims: unknown = CLAIMS,
  header: Record<string, unknown> = {},
  key: KeyObject = rsa.privateKey,
): string {
  const input = `${base64url({ alg: "RS256", ...header })}.${base64url(claims)}`;
  return `${input}.${signBytes("sha256", Buffer.from(input), key).toString("base64url")}`;
}

function hs256(secret: string | Buffer, claims: unknown = CLAIMS, header: Record<string, unknown> = {}): string {
  const input = `${base64url({ alg: "HS256", ...header })}.${base64url(claims)}`;
  return `${input}.${createHmac("sha256", secret).update(input).digest("base64url")}`;
}

const deliver = (...authorization: readonly string[]): Delivery => toDelivery({ headers: { authorization } });
const verify = (auth: Auth, token: string): Promise<Proof> =>
  Promise.resolve(auth.verify(deliver(`Bearer ${token}`), CONTEXT));
async function outcomeOf(auth: Auth, token: string): Promise<string> {
  const proof = await verify(auth, token);
  return proof.ok ? "ok" : proof.outcome;
}

const byPublicKey = bearerJwt({ ...FIXED, publicKey: rsa.publicKey });
const bySecret = bearerJwt({ ...FIXED, secret: [SECRET, OTHER_SECRET] });
const bySet = bearerJwt({ ...FIXED, jwks: JWKS });

describe("bearerJwt accepts", () => {
  it("a token of the issuer, which covers nothing of the delivery", async () => {
    expect(await verify(byPublicKey, rs256())).toEqual({
      ok: true,
      keyIndex: 0,
      covers: { body: false, method: false, url: false, headers: [] },
    });
    expect(byPublicKey).toMatchObject({
      scheme: "bearer-jwt",
      signsTime: false,
      needsPublicUrl: false,
      challenge: "Bearer",
    });
    expect(byPublicKey.credentialHeaders).toEqual(["authorization"]);
  });

  it("a token of any configured secret, and says which", async () => {
    expect(await verify(bySecret, hs256(SECRET))).toMatchObject({ ok: true, keyIndex: 0 });
    expect(await verify(bySecret, hs256(OTHER_SECRET))).toMatchObject({ ok: true, keyIndex: 1 });
  });

  it.each<[string, KeyObject, string]>([
    ...["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"].map((alg): [string, KeyObject, string] => [
      alg,
      rsa.privateKey,
      "rsa",
    ]),
    ["ES256", ec.privateKey, "ec"],
    ["EdDSA", ed.privateKey, "ed"],
    ["Ed25519", ed.privateKey, "ed"],
  ])("%s by default, from a key set", async (alg, key, kid) => {
    const token = await new SignJWT(CLAIMS).setProtectedHeader({ alg, kid }).sign(key);
    expect(await outcomeOf(bySet, token)).toBe("ok");
  });

  it.each<[string, BearerJwtOptions]>([
    ["PEM", { ...FIXED, publicKey: pemOf(rsa.publicKey) }],
    ["a JWK", { ...FIXED, publicKey: jwkOf(rsa.publicKey) }],
    ["a JWK with another kid than the token", { ...FIXED, publicKey: jwkOf(rsa.publicKey, { kid: "else" }) }],
    ["a KeyObject", { ...FIXED, publicKey: rsa.publicKey }],
  ])("a public key as %s", async (_name, options) => {
    expect(await outcomeOf(bearerJwt(options), rs256(CLAIMS, { kid: "rsa" }))).toBe("ok");
  });

  it("a token without kid, where one key of the set fits", async () => {
    expect(await outcomeOf(bySet, rs256())).toBe("ok");
  });

  it("a token without kid, where the second of two keys fits", async () => {
    const auth = bearerJwt({
      ...FIXED,
      jwks: { keys: [jwkOf(otherRsa.publicKey, { kid: "1" }), jwkOf(rsa.publicKey, { kid: "2" })] },
    });
    expect(await outcomeOf(auth, rs256())).toBe("ok");
    expect(await outcomeOf(auth, rs256(CLAIMS, { kid: "1" }))).toBe("unauthenticated");
  });

  it.each<[string, Record<string, unknown>]>([
    ["several audiences, ours among them", { aud: ["else", AUDIENCE] }],
    ["no iat", { iat: undefined }],
  ])("%s", async (_name, claims) => {
    expect(await outcomeOf(byPublicKey, rs256({ ...CLAIMS, ...claims }))).toBe("ok");
  });

  it("each of several issuers and audiences", async () => {
    const auth = bearerJwt({
      issuer: ["https://accounts.google.com", "accounts.google.com"],
      audience: ["a", "b"],
      publicKey: rsa.publicKey,
    });
    expect(await outcomeOf(auth, rs256({ ...CLAIMS, iss: "accounts.google.com", aud: "b" }))).toBe("ok");
    expect(await outcomeOf(auth, rs256({ ...CLAIMS, iss: "accounts.google.com", aud: "c" }))).toBe("unauthenticated");
  });
});

describe("the Authorization header", () => {
  const token = rs256();
  const ask = async (delivery: Delivery): Promise<string> => {
    const proof = await byPublicKey.verify(delivery, CONTEXT);
    if (proof.ok) return "ok";
    return proof.isAbsent === true ? "absent" : proof.outcome;
  };

  it.each<[string, string, string]>([
    ["Bearer and one space", `Bearer ${token}`, "ok"],
    ["the scheme in lower case", `bearer ${token}`, "ok"],
    ["the scheme in upper case", `BEARER ${token}`, "ok"],
    ["two spaces", `Bearer  ${token}`, "bad_credentials"],
    ["a tab", `Bearer\t${token}`, "bad_credentials"],
    ["no token", "Bearer", "bad_credentials"],
    ["no token, a space", "Bearer ", "bad_credentials"],
    ["no scheme", token, "absent"],
    ["an empty value", "", "bad_credentials"],
    ["a space first", ` Bearer ${token}`, "bad_credentials"],
    ["a space last", `Bearer ${token} `, "bad_credentials"],
    ["a line break last", `Bearer ${token}\n`, "bad_credentials"],
    ["a quoted token", `Bearer "${token}"`, "bad_credentials"],
    ["a parameter", `Bearer token=${token}`, "bad_credentials"],
    ["two tokens in one line", `Bearer ${token}, Bearer ${token}`, "bad_credentials"],
    ["two tokens without space", `Bearer ${token},${token}`, "bad_credentials"],
    ["Basic", "Basic dXNlcjpwYXNz", "absent"],
    ["a scheme that begins with Bearer", `Bearers ${token}`, "absent"],
  ])("%s", async (_name, value, expected) => {
    expect(await ask(deliver(value))).toBe(expected);
  });

  it("absent", async () => {
    expect(await ask(toDelivery({}))).toBe("absent");
  });

  it("given twice, even when both are good", async () => {
    expect(await ask(deliver(`Bearer ${token}`, `Bearer ${token}`))).toBe("bad_credentials");
  });

  it("joined with a comma by the Fetch API", async () => {
    const headers = new HeaderLines(["authorization", `Bearer ${token}, Bearer ${token}`], true);
    expect(await ask({ ...toDelivery({}), headers })).toBe("bad_credentials");
  });

  it("is the only place that is read: not the query, not the body", async () => {
    expect(await ask(toDelivery({ url: `/?access_token=${token}`, body: `access_token=${token}` }))).toBe("absent");
  });
});

describe("the token's shape", () => {
  const token = rs256();
  const [head = "", body = "", signature = ""] = token.split(".");
  /** The same bytes, another last character: the unused bits of base64url. */
  const withTrailingBits = (part: string): string => {
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    return part.slice(0, -1) + alphabet[alphabet.indexOf(part.at(-1) as string) + 1];
  };

  it("another spelling of the same signature is refused, though it decodes to the same bytes", async () => {
    const spelling = withTrailingBits(signature);
    expect(Buffer.from(spelling, "base64url").equals(Buffer.from(signature, "base64url"))).toBe(true);
    expect(await outcomeOf(byPublicKey, `${head}.${body}.${spelling}`)).toBe("bad_credentials");
  });

  it.each<[string, string]>([
    ["padding", `${token}==`],
    ["standard base64", `${head}.${body}.++//`],
    ["a space inside", `${head}. ${body}.${signature}`],
    ["one part", head],
    ["two parts", `${head}.${body}`],
    ["four parts", `${token}.`],
    ["five parts (JWE)", `${head}..${body}.${body}.${signature}`],
    ["an empty header", `.${body}.${signature}`],
    ["an empty signature", `${head}.${body}.`],
    ["only dots", ".."],
    ["a part of 4n + 1 characters", `${head}.${body}.AAAAA`],
    ["a header that is not JSON", `${base64url("{")}.${body}.${signature}`],
    ["a header that is an array", `${base64url([{ alg: "RS256" }])}.${body}.${signature}`],
    ["a header that is null", `${base64url("null")}.${body}.${signature}`],
    ["a header that is not UTF-8", `${Buffer.from([0x7b, 0xff, 0x7d]).toString("base64url")}.${body}.${signature}`],
    ["8,193 characters", `${head}.${body}.${"A".repeat(8193 - head.length - body.length - 2)}`],
    ["1 MB", `${head}.${body}.${"A".repeat(1 << 20)}`],
    ["a million dots", ".".repeat(1 << 20)],
  ])("%s is bad_credentials, found without waiting", (_name, value) => {
    expect(byPublicKey.verify(deliver(`Bearer ${value}`), CONTEXT)).toMatchObject({
      ok: false,
      outcome: "bad_credentials",
    });
  });

  it("8,192 characters are read", async () => {
    const filler = (chars: number) => rs256({ ...CLAIMS, filler: "x".repeat(chars) });
    let chars = 5000;
    while (filler(chars + 1).length <= 8192) chars++;
    expect(await outcomeOf(byPublicKey, filler(chars))).toBe("ok");
    expect(await outcomeOf(byPublicKey, filler(chars + 1))).toBe("bad_credentials");
  });
});

describe("the token's header", () => {
  it.each([
    "none",
    "None",
    "nOnE",
    "NONE",
    "",
    "HS256",
    "ES256K",
    "toString",
    "__proto__",
    null,
    5,
    ["RS256"],
    undefined,
  ])("algorithm %j is unauthenticated, signed or not", async (alg) => {
    expect(await outcomeOf(byPublicKey, rs256(CLAIMS, { alg }))).toBe("unauthenticated");
    expect(await outcomeOf(byPublicKey, `${base64url({ alg })}.${base64url(CLAIMS)}.`)).toBe("unauthenticated");
  });

  it("an algorithm from `__proto__` is none", async () => {
    const head = base64url('{"__proto__":{"alg":"RS256"}}');
    expect(await outcomeOf(byPublicKey, `${head}.${base64url(CLAIMS)}.AAAA`)).toBe("bad_credentials");
  });

  it("an algorithm outside `algorithms` is refused, though the key could do it", async () => {
    const auth = bearerJwt({ ...FIXED, publicKey: rsa.publicKey, algorithms: ["RS512"] });
    expect(await outcomeOf(auth, rs256())).toBe("unauthenticated");
    expect(
      await outcomeOf(bearerJwt({ ...FIXED, secret: SECRET + OTHER_SECRET, algorithms: ["HS512"] }), hs256(SECRET)),
    ).toBe("unauthenticated");
  });

  it.each<[string, string | Buffer]>([
    ["PEM", pemOf(rsa.publicKey)],
    ["PEM without its last line break", pemOf(rsa.publicKey).trimEnd()],
    ["DER", rsa.publicKey.export({ format: "der", type: "spki" })],
    ["JWK text", JSON.stringify(jwkOf(rsa.publicKey))],
    ["the modulus", Buffer.from(jwkOf(rsa.publicKey).n as string, "base64url")],
  ])("HS256 keyed with the public key (%s) is unauthenticated", async (_name, key) => {
    for (const auth of [byPublicKey, bySet]) {
      expect(await outcomeOf(auth, hs256(key))).toBe("unauthenticated");
      expect(await outcomeOf(auth, hs256(key, CLAIMS, { kid: "rsa" }))).toBe("unauthenticated");
    }
  });

  it.each<[string, Record<string, unknown>]>([
    ["crit of an unknown extension", { crit: ["x"], x: 1 }],
    ["crit of a known header", { crit: ["kid"], kid: "rsa" }],
    ["an empty crit", { crit: [] }],
    ["b64: false", { b64: false }],
    ["b64: false with crit", { b64: false, crit: ["b64"] }],
  ])("%s is unauthenticated", async (_name, header) => {
    expect(await outcomeOf(bySet, rs256(CLAIMS, header))).toBe("unauthenticated");
  });

  it.each<[string, Record<string, unknown>]>([
    ["b64: null", { b64: null }],
    ["a kid that is an array", { kid: ["rsa"] }],
    ["a kid that is an object", { kid: { toString: "rsa" } }],
    ["a kid that is null", { kid: null }],
    ["a typ that is a number", { typ: 5 }],
  ])("%s is malformed, so bad_credentials", async (_name, header) => {
    expect(await outcomeOf(bySet, rs256(CLAIMS, header))).toBe("bad_credentials");
  });

  it.each(["../../etc/passwd", "' OR 1=1", "__proto__", "constructor", "", "rsa ", "RSA"])(
    "kid %j names no key",
    async (kid) => {
      expect(await outcomeOf(bySet, rs256(CLAIMS, { kid }))).toBe("unauthenticated");
    },
  );

  it("a key in the token, or at a URL in the token, is never used or fetched", async () => {
    let connections = 0;
    const listener = createServer((_req, res) =>
      res.end(JSON.stringify({ keys: [jwkOf(otherRsa.publicKey, { kid: "x" })] })),
    );
    listener.on("connection", () => connections++);
    listener.listen(0, "127.0.0.1");
    await once(listener, "listening");
    const url = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/`;
    const jwk = jwkOf(otherRsa.publicKey);
    for (const header of [
      { jwk },
      { jku: url },
      { x5u: url },
      { x5c: ["MIIB"] },
      { jwk, jku: url, x5u: url, kid: "x" },
    ]) {
      for (const auth of [byPublicKey, bySet]) {
        expect(await outcomeOf(auth, rs256(CLAIMS, header, otherRsa.privateKey))).toBe("unauthenticated");
      }
      expect(await outcomeOf(byPublicKey, rs256(CLAIMS, header))).toBe("ok");
    }
    expect(connections).toBe(0);
    listener.close();
  });

  it("`type` must match the kind of token", async () => {
    const auth = bearerJwt({ ...FIXED, publicKey: rsa.publicKey, type: "at+jwt" });
    expect(await outcomeOf(auth, rs256(CLAIMS, { typ: "at+jwt" }))).toBe("ok");
    expect(await outcomeOf(auth, rs256(CLAIMS, { typ: "application/at+jwt" }))).toBe("ok");
    for (const typ of [undefined, "JWT", "secevent+jwt"])
      expect(await outcomeOf(auth, rs256(CLAIMS, { typ }))).toBe("unauthenticated");
  });
});

describe("the signature", () => {
  it.each<[string, Auth, string]>([
    ["another RSA key", byPublicKey, rs256(CLAIMS, {}, otherRsa.privateKey)],
    ["another RSA key, with a known kid", bySet, rs256(CLAIMS, { kid: "rsa" }, otherRsa.privateKey)],
    ["another RSA key, without kid", bySet, rs256(CLAIMS, {}, otherRsa.privateKey)],
    ["another secret", bySecret, hs256("another secret of at least 32 bytes!")],
    ["an empty secret", bySecret, hs256("")],
  ])("of %s is unauthenticated", async (_name, auth, token) => {
    expect(await outcomeOf(auth, token)).toBe("unauthenticated");
  });

  it("of another token is unauthenticated", async () => {
    const [head, , signature] = rs256().split(".");
    expect(await outcomeOf(byPublicKey, `${head}.${base64url({ ...CLAIMS, sub: "admin" })}.${signature}`)).toBe(
      "unauthenticated",
    );
  });

  it("is valid for what `sign` makes, and for no token that differs in one character", async () => {
    const token = hs256(SECRET);
    const characters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.".split("");
    await fc.assert(
      fc.asyncProperty(fc.nat(token.length - 1), fc.constantFrom(...characters), async (at, character) => {
        fc.pre(token[at] !== character);
        expect(await outcomeOf(bySecret, token.slice(0, at) + character + token.slice(at + 1))).not.toBe("ok");
      }),
      { numRuns: 200 },
    );
  });
});

describe("the claims", () => {
  const without = (name: keyof typeof CLAIMS) => ({ ...CLAIMS, [name]: undefined });
  it.each<[string, unknown]>([
    ["no exp", without("exp")],
    ["no iss", without("iss")],
    ["no aud", without("aud")],
    ["another iss", { ...CLAIMS, iss: "https://evil.example.com" }],
    ["iss with a slash more", { ...CLAIMS, iss: `${ISSUER}/` }],
    ["iss in an array", { ...CLAIMS, iss: [ISSUER] }],
    ["iss null", { ...CLAIMS, iss: null }],
    ["another aud", { ...CLAIMS, aud: "else" }],
    ["other auds", { ...CLAIMS, aud: ["else", "other"] }],
    ["no auds", { ...CLAIMS, aud: [] }],
    ["aud in an array in an array", { ...CLAIMS, aud: [[AUDIENCE]] }],
    ["aud beside a number", { ...CLAIMS, aud: [AUDIENCE, 5] }],
    ["aud as an object", { ...CLAIMS, aud: { 0: AUDIENCE } }],
    ["aud that begins like ours", { ...CLAIMS, aud: `${AUDIENCE}2` }],
    ["exp as text", { ...CLAIMS, exp: String(CLAIMS.exp) }],
    ["exp null", { ...CLAIMS, exp: null }],
    ["exp with a fraction", { ...CLAIMS, exp: CLAIMS.exp + 0.5 }],
    ["exp 1e400", JSON.stringify(CLAIMS).replace(/"exp":\d+/, '"exp":1e400')],
    ["exp beyond safe integers", JSON.stringify(CLAIMS).replace(/"exp":\d+/, '"exp":9007199254740993')],
    ["exp given twice, the last in the past", JSON.stringify(CLAIMS).replace("}", ',"exp":1}')],
    ["nbf -1e400", JSON.stringify(CLAIMS).replace("}", ',"nbf":-1e400}')],
    ["nbf as text", { ...CLAIMS, nbf: "0" }],
    ["iat 1e400", JSON.stringify(CLAIMS).replace(/"iat":\d+/, '"iat":1e400')],
    ["iat as text", { ...CLAIMS, iat: "now" }],
  ])("%s is unauthenticated, though the signature holds", async (_name, claims) => {
    expect(await outcomeOf(byPublicKey, rs256(claims))).toBe("unauthenticated");
  });

  it.each<[string, unknown]>([
    ["an array", [CLAIMS]],
    ["a string", '"claims"'],
    ["no JSON", "claims"],
    ["nothing", ""],
    ["null", "null"],
    ["iss, aud and exp from `__proto__`", `{"__proto__":${JSON.stringify(CLAIMS)}}`],
  ])("%s is no set of claims, so bad_credentials", async (_name, claims) => {
    expect(await outcomeOf(byPublicKey, rs256(claims))).toBe("bad_credentials");
  });

  it.each<[string, Partial<BearerJwtOptions>, Record<string, unknown>, string]>([
    ["exp 59 s ago", {}, { exp: NOW_SECONDS - 59 }, "ok"],
    ["exp 60 s ago", {}, { exp: NOW_SECONDS - 60 }, "unauthenticated"],
    ["exp 1 s ahead, no tolerance", { clockToleranceSeconds: 0 }, { exp: NOW_SECONDS + 1 }, "ok"],
    ["exp now, no tolerance", { clockToleranceSeconds: 0 }, { exp: NOW_SECONDS }, "unauthenticated"],
    ["nbf 60 s ahead", {}, { nbf: NOW_SECONDS + 60 }, "ok"],
    ["nbf 61 s ahead", {}, { nbf: NOW_SECONDS + 61 }, "unauthenticated"],
    ["nbf now, no tolerance", { clockToleranceSeconds: 0 }, { nbf: NOW_SECONDS }, "ok"],
    ["iat as old as allowed", { maxTokenAgeSeconds: 100 }, { iat: NOW_SECONDS - 160 }, "ok"],
    ["iat 1 s older", { maxTokenAgeSeconds: 100 }, { iat: NOW_SECONDS - 161 }, "unauthenticated"],
    ["iat 60 s ahead", { maxTokenAgeSeconds: 100 }, { iat: NOW_SECONDS + 60 }, "ok"],
    ["iat 61 s ahead", { maxTokenAgeSeconds: 100 }, { iat: NOW_SECONDS + 61 }, "unauthenticated"],
    ["no iat where an age is asked", { maxTokenAgeSeconds: 100 }, { iat: undefined }, "unauthenticated"],
    ["an old iat where none is asked", {}, { iat: 1 }, "ok"],
  ])("%s", async (_name, options, claims, expected) => {
    const auth = bearerJwt({ ...FIXED, ...options, publicKey: rsa.publicKey } as BearerJwtOptions);
    expect(await outcomeOf(auth, rs256({ ...CLAIMS, ...claims }))).toBe(expected);
  });

  it("of `claims` and `subject` must be exactly those", async () => {
    const auth = bearerJwt({
      ...FIXED,
      publicKey: rsa.publicKey,
      subject: "1234",
      claims: { email: "hooks@p.example.com", email_verified: true, level: 3 },
    });
    const good = { ...CLAIMS, sub: "1234", email: "hooks@p.example.com", email_verified: true, level: 3 };
    expect(await outcomeOf(auth, rs256(good))).toBe("ok");
    const wrong = [
      { email: "HOOKS@p.example.com" },
      { email: ["hooks@p.example.com"] },
      { email: undefined },
      { email_verified: "true" },
      { email_verified: false },
      { level: "3" },
      { sub: "123" },
      { sub: 1234 },
      { sub: undefined },
    ];
    for (const other of wrong) expect(await outcomeOf(auth, rs256({ ...good, ...other }))).toBe("unauthenticated");
  });

  it("are not found on the prototype", async () => {
    const auth = bearerJwt({ ...FIXED, publicKey: rsa.publicKey, claims: { admin: true } });
    expect(await outcomeOf(auth, rs256(`{"__proto__":{"admin":true},${JSON.stringify(CLAIMS).slice(1)}`))).toBe(
      "bad_credentials",
    );
    const inherited = bearerJwt({ ...FIXED, publicKey: rsa.publicKey, claims: { toString: "x" } });
    expect(await outcomeOf(inherited, rs256())).toBe("unauthenticated");
  });

  it("name the tenant", async () => {
    const claim = "https://example.com/tenant";
    const auth = bearerJwt({ ...FIXED, publicKey: rsa.publicKey, tenantClaim: claim });
    expect(await verify(auth, rs256({ ...CLAIMS, [claim]: "acme" }))).toMatchObject({ ok: true, tenant: "acme" });
    for (const tenant of [undefined, "", 5, null, ["acme"], "x".repeat(513)]) {
      expect(await outcomeOf(auth, rs256({ ...CLAIMS, [claim]: tenant }))).toBe("unauthenticated");
    }
    const inherited = bearerJwt({ ...FIXED, publicKey: rsa.publicKey, tenantClaim: "constructor" });
    expect(await outcomeOf(inherited, rs256())).toBe("unauthenticated");
  });

  it("in a hint are short, printable, and never the token", async () => {
    const token = rs256({ ...CLAIMS, aud: `else\n\u001b[31m\u2028${"x".repeat(500)}` });
    const proof = await verify(byPublicKey, token);
    const hint = proof.ok ? "" : proof.hint;
    expect(hint).toMatch(/^the token's "aud" is "else/);
    expect(hint).toMatch(/^[\x20-\x7e…]{1,250}$/);
    expect(hint).not.toContain(token.slice(0, 20));
  });
});

describe("keys behind a URL", () => {
  const servers: Server[] = [];
  afterAll(() => {
    for (const server of servers) server.close();
  });
  async function issuer(status: number, keys: readonly JWK[]) {
    const state = { status, keys, url: "" };
    const server = createServer((_req, res) =>
      res.writeHead(state.status, { connection: "close" }).end(JSON.stringify({ keys: state.keys })),
    );
    servers.push(server.listen(0, "127.0.0.1"));
    await once(server, "listening");
    state.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`;
    return state;
  }

  it("verify, and are undecided while they cannot be fetched", async () => {
    let clockMs = 0;
    const state = await issuer(500, [jwkOf(rsa.publicKey, { kid: "rsa" })]);
    const auth = createBearerJwt({ ...FIXED, jwksUrl: state.url }, { keySet: { clockMs: () => clockMs } });
    const token = rs256(CLAIMS, { kid: "rsa" });
    expect(await verify(auth, token)).toMatchObject({ ok: false, outcome: "undecided", cause: expect.any(Error) });
    state.status = 200;
    clockMs += 5_000;
    expect(await outcomeOf(auth, token)).toBe("ok");
    state.status = 500;
    clockMs += 3_600_000;
    expect(await outcomeOf(auth, token)).toBe("ok");
    expect(await outcomeOf(auth, rs256(CLAIMS, { kid: "new" }, otherRsa.privateKey))).toBe("undecided");
    expect(await outcomeOf(auth, rs256(CLAIMS, { kid: "rsa" }, otherRsa.privateKey))).toBe("unauthenticated");
  });

  it("without kid are fetched again after a rotation", async () => {
    let clockMs = 0;
    const state = await issuer(200, [jwkOf(otherRsa.publicKey)]);
    const auth = createBearerJwt({ ...FIXED, jwksUrl: state.url }, { keySet: { clockMs: () => clockMs } });
    expect(await outcomeOf(auth, rs256(CLAIMS, {}, otherRsa.privateKey))).toBe("ok");
    state.keys = [jwkOf(rsa.publicKey)];
    expect(await outcomeOf(auth, rs256())).toBe("undecided");
    clockMs += 30_000;
    expect(await outcomeOf(auth, rs256())).toBe("ok");
    expect(await outcomeOf(auth, rs256(CLAIMS, {}, otherRsa.privateKey))).toBe("undecided");
    clockMs += 30_000;
    expect(await outcomeOf(auth, rs256(CLAIMS, {}, otherRsa.privateKey))).toBe("unauthenticated");
  });
});

describe("sign", () => {
  const request: SignableRequest = {
    method: "POST",
    url: "https://example.com/hooks",
    headers: { "x-a": "1" },
    body: Buffer.from("{}"),
    timestampMs: CONTEXT.nowMs,
  };
  const accepted = async (auth: Auth, key?: string): Promise<Proof> => {
    const signed = await auth.sign?.(request, key);
    return auth.verify(toDelivery({ headers: signed?.headers ?? {} }), CONTEXT);
  };

  it("makes what verify accepts, and leaves the given request alone", async () => {
    expect(await accepted(bySecret)).toMatchObject({ ok: true, keyIndex: 0 });
    expect(await accepted(bySecret, OTHER_SECRET)).toMatchObject({ ok: true, keyIndex: 1 });
    expect(await accepted(byPublicKey, pemOf(rsa.privateKey))).toMatchObject({ ok: true });
    expect(await accepted(bySet, JSON.stringify(jwkOf(ec.privateKey, { kid: "ec" })))).toMatchObject({ ok: true });
    expect(request.headers).toEqual({ "x-a": "1" });
  });

  it("makes tokens that fit all options", async () => {
    const auth = bearerJwt({
      ...FIXED,
      secret: SECRET + OTHER_SECRET,
      algorithms: ["HS512"],
      type: "at+jwt",
      subject: "s",
      claims: { email_verified: true },
      tenantClaim: "org",
      maxTokenAgeSeconds: 10,
    });
    expect(await accepted(auth)).toMatchObject({ ok: true, tenant: "test" });
  });

  it.each<[string, Auth, string | undefined, RegExp]>([
    ["no key where only public ones are configured", bySet, undefined, /key is needed: a private key/],
    ["a key that is neither PEM nor JWK", bySet, "key", /must be a private key/],
    ["a public key", byPublicKey, pemOf(rsa.publicKey), /must be a private key/],
    ["a JWK that is not JSON", bySet, "{", /must be a private key/],
    ["a key of another kind", byPublicKey, pemOf(ec.privateKey), /is of type ec/],
  ])("throws a TypeError for %s", async (_name, auth, key, message) => {
    const signing = Promise.resolve(auth.sign?.(request, key));
    await expect(signing).rejects.toThrow(TypeError);
    await expect(Promise.resolve(auth.sign?.(request, key))).rejects.toThrow(message);
  });
});

describe("bearerJwt is not built", () => {
  const weak = generateKeyPairSync("rsa", { modulusLength: 1024 });
  const key = { publicKey: rsa.publicKey };
  it.each<[string, unknown, RegExp]>([
    ["without options", undefined, /options must be an object/],
    [
      "with a misspelt option",
      { ...FIXED, jwksUri: "https://x.example" },
      /unknown option "jwksUri"; did you mean "jwksUrl"/,
    ],
    ["without issuer", { audience: "a", ...key }, /issuer must be a non-empty string; got undefined/],
    ["with an empty issuer", { ...FIXED, issuer: "", ...key }, /issuer/],
    ["with no issuers", { ...FIXED, issuer: [], ...key }, /issuer must name at least one/],
    ["without audience", { issuer: "i", ...key }, /audience must be a non-empty string/],
    ["with white space around an audience", { ...FIXED, audience: ["a", "b\n"], ...key }, /audience has white space/],
    ["without keys", FIXED, /exactly one of publicKey, keys, jwksUrl, jwks, secret, x5c is needed; got none/],
    ["with two sources of keys", { ...FIXED, ...key, secret: SECRET }, /got publicKey and secret/],
    [
      "with an unset environment variable",
      { ...FIXED, secret: undefined },
      /secret is missing; set the environment variable/,
    ],
    ["with a number as jwksUrl", { ...FIXED, jwksUrl: 5 }, /jwksUrl must be an absolute URL/],
    ["with a path as jwksUrl", { ...FIXED, jwksUrl: "/jwks.json" }, /jwksUrl must be an absolute URL/],
    ["with http", { ...FIXED, jwksUrl: "http://id.example.com/jwks" }, /jwksUrl must be https/],
    [
      "with http to localhost, which is a name",
      { ...FIXED, jwksUrl: "http://localhost/jwks" },
      /jwksUrl must be https/,
    ],
    ["with http to the metadata address", { ...FIXED, jwksUrl: "http://169.254.169.254/" }, /jwksUrl must be https/],
    [
      "with http to a name that begins like loopback",
      { ...FIXED, jwksUrl: "http://127.0.0.1.evil.example/" },
      /jwksUrl must be https/,
    ],
    ["with a file URL", { ...FIXED, jwksUrl: "file:///etc/jwks.json" }, /jwksUrl must be https/],
    ["with a user in the URL", { ...FIXED, jwksUrl: "https://a:b@id.example.com/" }, /without user name and password/],
    ["with an empty key set", { ...FIXED, jwks: { keys: [] } }, /jwks: the key set has no public key/],
    ["with no key set", { ...FIXED, jwks: [] }, /jwks: it is not a JSON Web Key Set/],
    [
      "with a private key in the set",
      { ...FIXED, jwks: { keys: [jwkOf(rsa.privateKey)] } },
      /jwks holds a private or secret key/,
    ],
    [
      "with a secret in the set",
      { ...FIXED, jwks: { keys: [{ kty: "oct", k: "AAAA" }, ...JWKS.keys] } },
      /private or secret key/,
    ],
    ["with a private PEM", { ...FIXED, publicKey: pemOf(rsa.privateKey) }, /is a private key; give the public key/],
    [
      "with a broken PEM",
      { ...FIXED, publicKey: "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----" },
      /not well-formed PEM/,
    ],
    ["with a private KeyObject", { ...FIXED, publicKey: rsa.privateKey }, /publicKey is a private KeyObject/],
    ["with a private JWK", { ...FIXED, publicKey: jwkOf(rsa.privateKey) }, /private or secret JWK/],
    ["with a broken JWK", { ...FIXED, publicKey: { kty: "RSA", n: "AQAB" } }, /not a well-formed JWK/],
    [
      "with an encryption JWK",
      { ...FIXED, publicKey: jwkOf(rsa.publicKey, { use: "enc" }) },
      /JWK for another use than signatures/,
    ],
    ["with RSA of 1,024 bits", { ...FIXED, publicKey: weak.publicKey }, /has 1024 bits, and RSA needs 2048/],
    ["with a number as public key", { ...FIXED, publicKey: 5 }, /publicKey must be a text, a JWK or a KeyObject/],
    ["with a blank secret", { ...FIXED, secret: "  " }, /secret is blank/],
    ["with an empty secret in a rotation", { ...FIXED, secret: [SECRET, ""] }, /secret\[1\] is empty/],
    ["with no secrets", { ...FIXED, secret: [] }, /at least one secret/],
    ["with 6 secrets", { ...FIXED, secret: Array(6).fill(SECRET) }, /at most 5 secrets are tried; got 6/],
    ["with a secret of 31 bytes", { ...FIXED, secret: SECRET.slice(1) }, /at least 32 bytes for HS256 .*; got 31/],
    ["with white space around a secret", { ...FIXED, secret: `${SECRET}\n` }, /white space around it/],
    ["with a public key as secret", { ...FIXED, secret: pemOf(rsa.publicKey).trimEnd() }, /secret is a PEM document/],
    ["with algorithm none", { ...FIXED, ...key, algorithms: ["none"] }, /"none" means unsigned/],
    [
      "with algorithm nOnE beside another",
      { ...FIXED, ...key, algorithms: ["RS256", "nOnE"] },
      /"none" means unsigned/,
    ],
    ["with HS256 beside a public key", { ...FIXED, ...key, algorithms: ["RS256", "HS256"] }, /HS256 needs `secret`/],
    ["with HS256 beside a key set", { ...FIXED, jwks: JWKS, algorithms: ["HS256"] }, /HS256 needs `secret`/],
    [
      "with HS256 beside a key set's URL",
      { ...FIXED, jwksUrl: "https://id.example.com/", algorithms: ["HS256"] },
      /HS256 needs `secret`/,
    ],
    [
      "with RS256 beside a secret",
      { ...FIXED, secret: SECRET, algorithms: ["RS256"] },
      /RS256 needs public keys, not `secret`/,
    ],
    ["with a misspelt algorithm", { ...FIXED, ...key, algorithms: ["RSA256"] }, /did you mean "RS256"/],
    ["with no algorithms", { ...FIXED, ...key, algorithms: [] }, /algorithms must be a non-empty array/],
    [
      "with an algorithm that the key cannot do",
      { ...FIXED, ...key, algorithms: ["ES256"] },
      /publicKey is of type rsa, and ecdsa-p256-sha256 needs ec/,
    ],
    [
      "with an algorithm that the JWK is not for",
      { ...FIXED, publicKey: jwkOf(rsa.publicKey, { alg: "PS256" }), algorithms: ["RS256"] },
      /publicKey is for PS256 alone/,
    ],
    [
      "with a tolerance of 301 s",
      { ...FIXED, ...key, clockToleranceSeconds: 301 },
      /clockToleranceSeconds must be whole seconds, 0 to 300; got 301/,
    ],
    ["with a tolerance of -1 s", { ...FIXED, ...key, clockToleranceSeconds: -1 }, /clockToleranceSeconds/],
    ["with a tolerance as text", { ...FIXED, ...key, clockToleranceSeconds: "5m" }, /clockToleranceSeconds/],
    [
      "with a tolerance that is not a number",
      { ...FIXED, ...key, clockToleranceSeconds: Number.NaN },
      /clockToleranceSeconds/,
    ],
    [
      "with an age of 0 s",
      { ...FIXED, ...key, maxTokenAgeSeconds: 0 },
      /maxTokenAgeSeconds must be whole seconds, 1 or more/,
    ],
    ["with an empty type", { ...FIXED, ...key, type: "" }, /type must be a non-empty string/],
    ["with a number as subject", { ...FIXED, ...key, subject: 5 }, /subject must be a non-empty string/],
    ["with an object among claims", { ...FIXED, ...key, claims: { a: {} } }, /claims.a must be a string/],
    [
      "with undefined among claims",
      { ...FIXED, ...key, claims: { email: undefined } },
      /claims.email must be a string/,
    ],
    ["with iss among claims", { ...FIXED, ...key, claims: { iss: "x" } }, /claims.iss: use `issuer`/],
    ["with claims in an array", { ...FIXED, ...key, claims: ["email"] }, /claims must be an object/],
    ["with an empty tenantClaim", { ...FIXED, ...key, tenantClaim: "" }, /tenantClaim must be a non-empty string/],
  ])("%s", (_name, options, message) => {
    const build = () => bearerJwt(options as BearerJwtOptions);
    expect(build).toThrow(TypeError);
    expect(build).toThrow(message);
  });

  it("and never shows a secret or the query of a URL in an error", () => {
    for (const options of [
      { ...FIXED, secret: " hush-hush-hush-hush-hush-hush-hush" },
      { ...FIXED, secret: "hush" },
      { ...FIXED, jwksUrl: "http://id.example.com/?token=hush" },
    ]) {
      expect(() => bearerJwt(options)).toThrow(
        expect.objectContaining({ message: expect.not.stringContaining("hush") }),
      );
    }
  });

  it("is built with http to a loopback address, and does not change its options", () => {
    expect(() => bearerJwt({ ...FIXED, jwksUrl: "http://127.0.0.1:1/" })).not.toThrow();
    expect(() => bearerJwt({ ...FIXED, jwksUrl: "http://[::1]:1/" })).not.toThrow();
    const options = { ...FIXED, jwks: structuredClone(JWKS) };
    bearerJwt(options);
    expect(options.jwks).toEqual(JWKS);
  });
});
