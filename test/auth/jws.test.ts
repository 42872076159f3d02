import { createHash, createPrivateKey, generateKeyPairSync, type KeyObject, X509Certificate } from "node:crypto";
import type { JWK } from "jose";
import { afterEach, describe, expect, it } from "vitest";
import { createDetachedJws, type DetachedJwsOptions, detachedJws } from "../../src/auth/jwt/detached-jws.js";
import { isJwsSignedBy, type JwsAlgorithm } from "../../src/auth/jwt/jws-algorithms.js";
import { compileJwsKeys } from "../../src/auth/jwt/jws-keys.js";
import { jwtPayload, parseJws } from "../../src/auth/jwt/jws-parse.js";
import { createJwt as createStrictJwt, type JwtOptions, jwt as strictJwt } from "../../src/auth/jwt/jwt.js";
import { extensionsOf } from "../../src/auth/keys/certificate-extensions.js";
import { form, header, json } from "../../src/core/field.js";
import { ed, p256, p384, pkcs8, rsa } from "./keys.js";
import {
  expectEveryBodyBitBound,
  expectNoThrow,
  NOW_MS,
  outcomeOf,
  pem,
  proofOf,
  received,
  request,
  serve,
  signed,
  vectors,
  wycheproof,
} from "./proving.js";

const SECRET = "a secret of 64 bytes, long enough for HS512 and all the others..";
const WHY = "the rule has tests of its own";

/** Tokens of these tests have issuer, audience and expiry only where they are what is tested. */
function loose(options: JwtOptions): JwtOptions {
  const lacks = {
    ...(options.issuer === undefined ? { issuer: WHY } : {}),
    ...(options.audience === undefined ? { audience: WHY } : {}),
    expiry: WHY,
  };
  return { lacks, ...options };
}
const jwt = (options: JwtOptions) => strictJwt(loose(options));
const createJwt = (options: JwtOptions, tuning: Parameters<typeof createStrictJwt>[1]) =>
  createStrictJwt(loose(options), tuning);
const NOW_SECONDS = NOW_MS / 1000;

const pairs = {
  RS256: rsa,
  RS384: rsa,
  RS512: rsa,
  PS256: rsa,
  PS384: rsa,
  PS512: rsa,
  ES256: p256,
  ES384: p384,
  EdDSA: ed,
} as const;
const cases = Object.entries(pairs) as [keyof typeof pairs, (typeof pairs)["RS256"]][];
const es256 = { algorithms: ["ES256"], publicKey: p256.publicKey } as const;
const PEM = pkcs8(p256.privateKey);

/** A token by the key of ES256, whatever its header and payload. */
async function token(head: object, payload: object | string, key: KeyObject = p256.privateKey) {
  const { sign } = await import("node:crypto");
  const encode = (value: unknown) =>
    Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");
  const input = `${encode(head)}.${encode(payload)}`;
  return `${input}.${sign("sha256", Buffer.from(input), { key, dsaEncoding: "ieee-p1363" }).toString("base64url")}`;
}

describe("a body that is a token", () => {
  it.each(cases)("%s: is accepted, and refused with any bit flipped", async (alg, pair) => {
    const auth = jwt({ at: "body", algorithms: [alg], publicKey: pair.publicKey });
    const sent = await signed(auth, {}, pkcs8(pair.privateKey));
    expect(await proofOf(auth, received(sent))).toEqual({
      ok: true,
      keyIndex: 0,
      covers: { body: true, method: false, url: false, headers: [] },
    });
    expect(jwtPayload(sent.body.toString())).toMatchObject({ ok: true, value: { id: "evt_1", type: "a.b" } });
    await expectEveryBodyBitBound(auth, sent);
  });

  it.each(["HS256", "HS384", "HS512"] as const)("%s: is accepted, and refused with any bit flipped", async (alg) => {
    const auth = jwt({ at: "body", algorithms: [alg], secret: SECRET });
    await expectEveryBodyBitBound(auth, await signed(auth));
  });

  it.each<[string, (good: string) => string | Promise<string>, string]>([
    ["nothing", () => "", "unauthenticated"],
    ["a line break behind", (good) => `${good}\n`, "bad_credentials"],
    ["two parts", (good) => good.slice(0, good.lastIndexOf(".")), "bad_credentials"],
    ["five parts", (good) => `${good}.a.b`, "bad_credentials"],
    ["no signature", (good) => good.slice(0, good.lastIndexOf(".") + 1), "bad_credentials"],
    ["padding", (good) => `${good}=`, "bad_credentials"],
    ["JSON", () => '{"a":1}', "bad_credentials"],
    ["no algorithm", () => token({}, {}), "unauthenticated"],
    [
      "the algorithm none",
      async () => `${(await token({ alg: "none" }, {})).split(".").slice(0, 2).join(".")}.`,
      "unauthenticated",
    ],
    ["the algorithm nOnE", () => token({ alg: "nOnE" }, {}), "unauthenticated"],
    ["another algorithm", () => token({ alg: "HS256" }, {}), "unauthenticated"],
    ["a critical extension", () => token({ alg: "ES256", crit: ["x"], x: 1 }, {}), "unauthenticated"],
    ["an unencoded payload", () => token({ alg: "ES256", crit: ["b64"], b64: false }, {}), "unauthenticated"],
    ["a kid that is a list", () => token({ alg: "ES256", kid: ["a"] }, {}), "bad_credentials"],
    ["a header that is a list", () => token([], {}), "bad_credentials"],
    ["a payload that is a list", () => token({ alg: "ES256" }, []), "bad_credentials"],
    ["a payload that is no JSON", () => token({ alg: "ES256" }, "x"), "bad_credentials"],
    ["a payload with __proto__", () => token({ alg: "ES256" }, '{"__proto__":{}}'), "bad_credentials"],
    [
      "a key of its own",
      () =>
        token(
          {
            alg: "ES256",
            jwk: generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey.export({ format: "jwk" }),
            jku: "http://127.0.0.1:9/",
            x5u: "http://127.0.0.1:9/",
          },
          {},
          generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey,
        ),
      "unauthenticated",
    ],
    [
      "another key's signature",
      () => token({ alg: "ES256" }, {}, generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey),
      "unauthenticated",
    ],
    ["what is asked for", () => token({ alg: "ES256" }, {}), "proven"],
  ])("%s", async (_name, make, expected) => {
    const auth = jwt({ at: "body", ...es256 });
    expect(await outcomeOf(auth, { body: await make(await token({ alg: "ES256" }, { a: 1 })) })).toBe(expected);
  });

  it("is never larger than 1 MiB", async () => {
    expect(await outcomeOf(jwt({ at: "body", ...es256 }), { body: Buffer.alloc(1_048_577, "a") })).toBe(
      "bad_credentials",
    );
  });
});

describe("claims", () => {
  const outcomeWith = async (over: Partial<JwtOptions>, claims: object | string, head: object = {}) =>
    outcomeOf(jwt({ at: "body", ...es256, ...over } as JwtOptions), {
      body: await token({ alg: "ES256", ...head }, claims),
    });

  it.each<[string, Partial<JwtOptions>, object | string, string]>([
    ["exp to come", {}, { exp: NOW_SECONDS + 1 }, "proven"],
    ["exp 59 s ago", {}, { exp: NOW_SECONDS - 59 }, "proven"],
    ["exp 60 s ago", {}, { exp: NOW_SECONDS - 60 }, "unauthenticated"],
    ["exp now, without tolerance", { clockToleranceSeconds: 0 }, { exp: NOW_SECONDS }, "unauthenticated"],
    ["exp that is a text", {}, { exp: "2000000000" }, "unauthenticated"],
    ["exp without end", {}, '{"exp":1e400}', "unauthenticated"],
    ["no exp, and none needed", {}, {}, "proven"],
    ["no exp, and one needed", { lacks: { issuer: WHY, audience: WHY } }, {}, "unauthenticated"],
    ["nbf in 60 s", {}, { nbf: NOW_SECONDS + 60 }, "proven"],
    ["nbf in 61 s", {}, { nbf: NOW_SECONDS + 61 }, "unauthenticated"],
    ["the issuer", { issuer: ["a", "b"] }, { iss: "b" }, "proven"],
    ["another issuer", { issuer: "a" }, { iss: "c" }, "unauthenticated"],
    ["an issuer that is a list", { issuer: "a" }, { iss: ["a"] }, "unauthenticated"],
    ["one of several audiences", { audience: "a" }, { aud: ["x", "a"] }, "proven"],
    ["another audience", { audience: "a" }, { aud: "x" }, "unauthenticated"],
    ["no audience", { audience: "a" }, {}, "unauthenticated"],
    ["an exact claim", { claims: { ok: true } }, { ok: true }, "proven"],
    ["another value", { claims: { ok: true } }, { ok: "true" }, "unauthenticated"],
    ["an inherited claim", { claims: { toString: "x" } }, {}, "unauthenticated"],
    ["no tenant", { tenantClaim: "t" }, {}, "unauthenticated"],
    ["no signed time", { signedAt: { claim: "iat", format: "unix-seconds" } }, {}, "unauthenticated"],
    [
      "a signed time that is a text",
      { signedAt: { claim: "iat", format: "unix-seconds" } },
      { iat: "1" },
      "unauthenticated",
    ],
    ["a negative signed time", { signedAt: { claim: "iat", format: "unix-seconds" } }, { iat: -1 }, "unauthenticated"],
  ])("%s", async (_name, over, claims, expected) => {
    expect(await outcomeWith(over, claims)).toBe(expected);
  });

  it("passes the tenant and the signed time on", async () => {
    for (const [format, value] of [
      ["unix-seconds", NOW_SECONDS],
      ["unix-milliseconds", NOW_MS],
      ["rfc3339", new Date(NOW_MS).toISOString()],
    ] as const) {
      const auth = jwt({ at: "body", ...es256, tenantClaim: "t", signedAt: { claim: "made", format } });
      expect(auth.signsTime).toBe(true);
      expect(await proofOf(auth, { body: await token({ alg: "ES256" }, { t: "acme", made: value }) })).toMatchObject({
        ok: true,
        tenant: "acme",
        sentAtMs: NOW_MS,
      });
      expect(await outcomeOf(auth, received(await signed(auth, {}, PEM)))).toBe("proven");
    }
  });

  it("checks the type of a token", async () => {
    for (const typ of ["secevent+jwt", "SECEVENT+JWT", "application/secevent+jwt"])
      expect(await outcomeWith({ type: "secevent+jwt" }, {}, { typ })).toBe("proven");
    expect(await outcomeWith({ type: "secevent+jwt" }, {}, { typ: "JWT" })).toBe("unauthenticated");
    expect(await outcomeWith({ type: "secevent+jwt" }, {})).toBe("unauthenticated");
  });
});

describe("a token that binds the delivery by hashes", () => {
  const plaid = (over: object = {}) =>
    jwt({
      at: header("plaid-verification"),
      ...es256,
      signedAt: { claim: "iat", format: "unix-seconds" },
      bodyHash: { claim: "request_body_sha256" },
      ...over,
    } as JwtOptions);

  it("binds the body, bit by bit", async () => {
    const sent = await signed(plaid(), {}, PEM);
    await expectEveryBodyBitBound(plaid(), sent);
    await expectNoThrow(plaid(), "plaid-verification", sent);
    expect(plaid().credentialHeaders).toEqual(["plaid-verification"]);
    expect(await outcomeOf(plaid(), { body: sent.body })).toBe("unauthenticated");
    const twice = [sent.headers["plaid-verification"] as string, "x"];
    expect(await outcomeOf(plaid(), { body: sent.body, headers: { "plaid-verification": twice } })).toBe(
      "bad_credentials",
    );
  });

  it.each(["sha256", "sha512"] as const)("reads %s in every encoding, and only as it is written", async (hash) => {
    for (const encoding of ["hex", "base64", "base64url"] as const) {
      const auth = plaid({ bodyHash: { claim: "h", hash, encoding } });
      const value = createHash(hash).update("{}").digest(encoding);
      const outcome = async (h: unknown) =>
        outcomeOf(auth, {
          body: "{}",
          headers: { "plaid-verification": await token({ alg: "ES256" }, { iat: NOW_SECONDS, h }) },
        });
      expect(await outcome(value)).toBe("proven");
      for (const other of [
        `${value} `,
        value.slice(1),
        undefined,
        null,
        [value],
        createHash(hash).update("{ }").digest(encoding),
      ])
        expect(await outcome(other)).toBe("unauthenticated");
    }
  });

  describe("MessageBird's vectors", () => {
    const auth = (secret: string | null) =>
      jwt({
        at: header("messagebird-signature-jwt"),
        algorithms: ["HS256", "HS384", "HS512"],
        secret: secret ?? SECRET,
        issuer: "MessageBird",
        lacks: { audience: WHY },
        clockToleranceSeconds: 5,
        bodyHash: { claim: "payload_hash", isAbsentWhenEmpty: true },
        urlHash: { claim: "url_hash" },
      });
    it.each(vectors("messagebird"))(
      "$description: as they say ($valid)",
      async ({ method, url, headers, body, secretOrKey, extra, valid }) => {
        const moment = { nowMs: (extra.now as number) * 1000, publicUrls: [url as string] };
        const outcome = await outcomeOf(auth(secretOrKey), { method, headers, body }, moment);
        expect(outcome).toMatch(valid ? /^proven$/ : /^(unauthenticated|bad_credentials)$/);
        if (valid) {
          expect(await outcomeOf(auth(secretOrKey), { method, headers, body }, { ...moment, publicUrls: [] })).toBe(
            "misconfigured",
          );
          expect(
            await outcomeOf(
              auth(secretOrKey),
              { method, headers, body },
              { ...moment, publicUrls: ["https://example.com/x"] },
            ),
          ).toBe("unauthenticated");
        }
      },
    );
    it("accepts what it signs, with a body and without", async () => {
      for (const body of [Buffer.alloc(0), Buffer.from("{}")]) {
        expect(await outcomeOf(auth(SECRET), received(await signed(auth(SECRET), { body })))).toBe("proven");
      }
    });
  });

  it("reads a token after a prefix", async () => {
    const auth = jwt({ at: header("authorization"), prefix: "Bearer ", algorithms: ["HS256"], secret: SECRET });
    const sent = await signed(auth);
    expect(sent.headers.authorization).toMatch(/^Bearer ey/);
    expect(await proofOf(auth, received(sent))).toMatchObject({ ok: true, covers: { body: false } });
    expect(
      await outcomeOf(auth, { headers: { authorization: `bearer ${sent.headers.authorization?.slice(7)}` } }),
    ).toBe("unauthenticated");
  });
});

describe("a token inside of the body", () => {
  it("is found in a JSON member or form field, and is the payload where it is said to be", async () => {
    for (const at of [json("signedPayload"), form("token")]) {
      const auth = jwt({ at, ...es256, isPayload: true });
      const sent = await signed(auth, { body: Buffer.from(at.in === "json" ? '{"a":1}' : '{"a":1}') }, PEM);
      if (at.in === "json") expect(Object.keys(JSON.parse(sent.body.toString()) as object)).toEqual(["signedPayload"]);
      expect(await proofOf(auth, received(sent))).toMatchObject({ ok: true, covers: { body: true } });
    }
    expect(jwt({ at: json("t"), ...es256 }).covers).toMatchObject({ body: false, fields: ["t"] });
  });

  it.each(["{}", '{"signedPayload":1.5}', '{"signedPayload":{}}', "{", '{"signedPayload":""}'])(
    "refuses %s",
    async (body) => {
      expect(await outcomeOf(jwt({ at: json("signedPayload"), ...es256 }), { body })).toMatch(
        /unauthenticated|bad_credentials/,
      );
    },
  );
});

describe("x5c chains", () => {
  const APPLE = { leafOids: ["1.2.840.113635.100.6.11.1"], issuerOids: ["1.2.840.113635.100.6.2.1"] };
  const options = {
    at: json("signedPayload"),
    isPayload: true,
    algorithms: ["ES256"],
    signedAt: { claim: "signedDate", format: "unix-milliseconds" },
  } as const;
  const auth = (x5c: object = {}) => jwt({ ...options, x5c: { roots: [pem("root")], ...APPLE, ...x5c } } as JwtOptions);
  const signer = (name: string, ...chain: string[]) => [pem(`${name}-key`), ...[name, ...chain].map(pem)].join("");
  const good = signer("leaf", "intermediate", "root");

  it("accepts a chain to the root, and refuses any bit flipped", async () => {
    const sent = await signed(auth(), {}, good);
    expect(await proofOf(auth(), received(sent))).toMatchObject({ ok: true, keyIndex: 0, sentAtMs: NOW_MS });
    await expectEveryBodyBitBound(auth(), sent);
    expect(await outcomeOf(auth(), received(await signed(auth(), {}, signer("leaf", "intermediate"))))).toBe("proven");
  });

  it.each<[string, string, object]>([
    ["to another root of the same name", good, { roots: [pem("other-root")] }],
    ["without the intermediate", signer("leaf", "root"), {}],
    ["issued by a leaf", signer("forged-leaf", "leaf", "intermediate", "root"), {}],
    ["whose leaf lacks the marker", signer("plain-leaf", "intermediate", "root"), {}],
    ["whose issuer lacks the marker", good, { issuerOids: ["1.2.3"] }],
    ["that is one's own", signer("leaf"), {}],
  ])("refuses a chain %s", async (_name, key, x5c) => {
    expect(await outcomeOf(auth(x5c), received(await signed(auth(), {}, key)))).toBe("unauthenticated");
  });

  it("checks the chain at the signed time, or now without one", async () => {
    const ends = Date.parse(new X509Certificate(pem("leaf")).validTo);
    const sentAt = (timestampMs: number) => signed(auth(), { timestampMs }, good);
    expect(await outcomeOf(auth(), received(await sentAt(ends)), { nowMs: ends + 1e9 })).toBe("proven");
    expect(await outcomeOf(auth(), received(await sentAt(ends + 1_000)), { nowMs: NOW_MS })).toBe("unauthenticated");
    const { signedAt: _, ...untimed } = options;
    const now = jwt({ ...untimed, x5c: { roots: [pem("root")] } });
    expect(await outcomeOf(now, received(await signed(now, {}, good)), { nowMs: ends + 1 })).toBe("unauthenticated");
  });

  it.each<[string, unknown]>([
    ["none", undefined],
    ["a text", "x"],
    ["an empty list", []],
    ["no base64", ["!"]],
    ["no certificate", ["AAAA"]],
    ["six", Array(6).fill("AAAA")],
    ["numbers", [1]],
  ])("refuses a header with %s", async (_name, x5c) => {
    const body = JSON.stringify({
      signedPayload: await token({ alg: "ES256", x5c }, { signedDate: NOW_MS }, createPrivateKey(pem("leaf-key"))),
    });
    expect(await outcomeOf(auth(), { body })).toMatch(/unauthenticated|bad_credentials/);
  });

  it("reads the OIDs of a certificate's extensions", () => {
    expect(extensionsOf(new X509Certificate(pem("leaf")), []).oids).toEqual(
      expect.arrayContaining(["2.5.29.19", "2.5.29.17", "1.2.840.113635.100.6.11.1"]),
    );
  });
});

describe("keys", () => {
  let server: Awaited<ReturnType<typeof serve>> | undefined;
  afterEach(() => server?.close());

  it("are looked up by the token's kid", async () => {
    const auth = jwt({ at: "body", algorithms: ["ES256"], keys: { k1: p256.publicKey } });
    for (const [kid, expected] of [
      ["k1", "proven"],
      ["k2", "unauthenticated"],
      ["constructor", "unauthenticated"],
      ["", "bad_credentials"],
      [undefined, "unauthenticated"],
    ] as const) {
      expect(await outcomeOf(auth, { body: await token({ alg: "ES256", kid }, {}) })).toBe(expected);
    }
    const asked = (keys: (kid: string) => unknown) =>
      token({ alg: "ES256", kid: "k1" }, {}).then((body) =>
        outcomeOf(jwt({ at: "body", algorithms: ["ES256"], keys: keys as never }), { body }),
      );
    expect(await asked(async () => p256.publicKey.export({ format: "jwk" }) as JWK)).toBe("proven");
    expect(await asked(() => null)).toBe("unauthenticated");
    expect(await asked(() => Promise.reject(new Error("down")))).toBe("undecided");
    expect(await asked(() => "x")).toBe("misconfigured");
  });

  it("are fetched from a key set, which may fail for a while", async () => {
    let isDown = true;
    server = await serve((_req, res) => {
      res.statusCode = isDown ? 500 : 200;
      res.end(JSON.stringify({ keys: [{ ...p256.publicKey.export({ format: "jwk" }), kid: "k1" }] }));
    });
    const auth = createJwt(
      { at: "body", algorithms: ["ES256"], jwksUrl: server.origin },
      { keySet: { backOffMs: [0], cooldownMs: 0 } },
    );
    const body = await token({ alg: "ES256", kid: "k1" }, {});
    expect(await outcomeOf(auth, { body })).toBe("undecided");
    isDown = false;
    expect(await outcomeOf(auth, { body })).toBe("proven");
    expect(await outcomeOf(auth, { body: await token({ alg: "ES256" }, {}) })).toBe("proven");
    expect(await outcomeOf(auth, { body: await token({ alg: "ES256", kid: "k2" }, {}) })).toBe("unauthenticated");
  });
});

describe("a detached token", () => {
  const name = "x-jws-signature";
  it.each([...cases, ["HS256", undefined] as const])("%s: binds the body, encoded and not", async (alg, pair) => {
    for (const unencoded of ["never", "always"] as const) {
      const keys = pair === undefined ? { secret: SECRET } : { publicKey: pair.publicKey };
      const auth = detachedJws({
        header: name,
        algorithms: [alg as JwsAlgorithm],
        unencoded,
        ...keys,
      } as DetachedJwsOptions);
      const sent = await signed(auth, {}, pair === undefined ? undefined : pkcs8(pair.privateKey));
      expect(sent.headers[name]).toMatch(/^[\w-]+\.\.[\w-]+$/);
      await expectEveryBodyBitBound(auth, sent);
      const other = unencoded === "never" ? "always" : "never";
      const { url, method, headers, body } = sent;
      expect(
        await outcomeOf(
          detachedJws({
            header: name,
            algorithms: [alg as JwsAlgorithm],
            unencoded: other,
            ...keys,
          } as DetachedJwsOptions),
          { url, method, headers, body },
        ),
      ).toBe("unauthenticated");
    }
  });

  it("accepts RFC 7797's example of an unencoded payload", async () => {
    const secret = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
    const auth = detachedJws({
      header: name,
      algorithms: ["HS256"],
      secret: Buffer.from(secret, "base64url").toString("hex"),
      key: "hex",
    });
    const value =
      "eyJhbGciOiJIUzI1NiIsImI2NCI6ZmFsc2UsImNyaXQiOlsiYjY0Il19..A5dxf2s96_n5FLueVuW1Z_vh161FwXZC4YLPff6dmDY";
    expect(await outcomeOf(auth, { headers: { [name]: value }, body: "$.02" })).toBe("proven");
    expect(await outcomeOf(auth, { headers: { [name]: value }, body: "$.03" })).toBe("unauthenticated");
  });

  const auth = detachedJws({ header: name, ...es256 });
  const detached = async (head: object, body = "{}") => {
    const [encoded = "", , signature = ""] = (await token(head, body)).split(".");
    return `${encoded}..${signature}`;
  };
  it.each<[string, () => string | Promise<string>, string]>([
    ["what is asked for", () => detached({ alg: "ES256" }), "proven"],
    ["a payload between the dots", () => token({ alg: "ES256" }, "{}"), "bad_credentials"],
    ["b64 true, said to be critical", () => detached({ alg: "ES256", b64: true, crit: ["b64"] }), "proven"],
    ["b64 false, not said to be critical", () => detached({ alg: "ES256", b64: false }), "unauthenticated"],
    ["b64 that is a text", () => detached({ alg: "ES256", b64: "false", crit: ["b64"] }), "bad_credentials"],
    [
      "another critical extension",
      () => detached({ alg: "ES256", b64: true, crit: ["b64", "exp"] }),
      "unauthenticated",
    ],
    ["critical b64 that is not there", () => detached({ alg: "ES256", crit: ["b64"] }), "unauthenticated"],
    ["another algorithm", () => detached({ alg: "none" }), "unauthenticated"],
    ["nothing", () => "", "bad_credentials"],
    ["dots", () => "..", "bad_credentials"],
  ])("%s", async (_name, make, expected) => {
    expect(await outcomeOf(auth, { headers: { [name]: await make() }, body: "{}" })).toBe(expected);
  });

  it("is refused if it is absent, repeated, or any other text", async () => {
    expect(await proofOf(auth, { body: "{}" })).toMatchObject({ outcome: "unauthenticated", isAbsent: true });
    const value = await detached({ alg: "ES256" });
    expect(await outcomeOf(auth, { headers: { [name]: [value, value] }, body: "{}" })).toBe("bad_credentials");
    await expectNoThrow(auth, name, request());
  });

  it("signs a time and an encoded body (Neon Auth)", async () => {
    const neon = createDetachedJws({
      header: "x-neon-signature",
      algorithms: ["EdDSA"],
      keys: { k: ed.publicKey },
      timestamp: header("x-neon-timestamp", "unix-milliseconds"),
      signed: {
        covers: { body: true, method: false, url: false, headers: [] },
        usesTimestamp: true,
        texts: ({ body }, { timestamp }) => [`${timestamp}.${body.toString("base64url")}`],
      },
    });
    const sent = await signed(neon, {}, JSON.stringify({ ...ed.privateKey.export({ format: "jwk" }), kid: "k" }));
    expect(await proofOf(neon, received(sent))).toMatchObject({
      ok: true,
      sentAtMs: NOW_MS,
      covers: { body: true, headers: ["x-neon-timestamp"] },
    });
    await expectEveryBodyBitBound(neon, sent);
    expect(await outcomeOf(neon, received({ ...sent, headers: { ...sent.headers, "x-neon-timestamp": "1" } }))).toBe(
      "unauthenticated",
    );
    expect(await outcomeOf(neon, received({ ...sent, headers: { ...sent.headers, "x-neon-timestamp": "x" } }))).toBe(
      "bad_credentials",
    );
  });
});

describe("Wycheproof's JSON Web Signature vectors", () => {
  interface Group {
    readonly private?: JWK;
    readonly public?: JWK;
    readonly tests: readonly { readonly tcId: number; readonly jws: string; readonly result: string }[];
  }
  /** Where we answer otherwise, and why that is right for us. */
  const OTHERWISE: Readonly<Record<number, string>> = {
    346: "valid there: the JWK says PS256, the token PS384",
    347: "valid there: the JWK's alg is ES521, which is not an algorithm",
    350: "as 346",
    351: "as 347",
    367: "invalid there, but byte for byte the token of a valid case: padding was lost when the file was made",
    370: "as 367",
    372: "valid there, with a `?` inside the header; base64url has none",
    373: "as 372, inside the payload",
  };
  it("have the stated result, except for the listed cases", async () => {
    const { testGroups, numberOfTests } = wycheproof<Group>("json_web_signature_test");
    const differing: number[] = [];
    let seen = 0;
    for (const group of testGroups) {
      const alg = (group.public?.alg ?? group.private?.alg) as string;
      for (const { tcId, jws, result } of group.tests) {
        seen++;
        if (isAccepted(group, alg, jws) !== (result === "valid")) differing.push(tcId);
      }
    }
    expect(seen).toBe(numberOfTests);
    expect(seen).toBe(401);
    expect(differing.toSorted((a, b) => a - b)).toEqual(Object.keys(OTHERWISE).map(Number));
  });

  function isAccepted(group: Group, alg: string, jws: string): boolean {
    const parsed = parseJws(jws, { algorithms: [alg], maxChars: 100_000, isDetached: false });
    if (!parsed.ok) return false;
    try {
      const source =
        group.public === undefined
          ? { secret: Buffer.from(group.private?.k as string, "base64url").toString("hex"), key: "hex" as const }
          : { publicKey: group.public };
      const finder = compileJwsKeys(source, [alg as JwsAlgorithm], "test");
      const found = finder.find({ header: parsed.header, delivery: received(request()), context: { nowMs: 0 } });
      if (!("keys" in found)) return false;
      const input = Buffer.from(`${parsed.encodedHeader}.${parsed.encodedPayload}`);
      return found.keys.some((key) => isJwsSignedBy(key, alg, input, parsed.signature));
    } catch {
      return false; // a key that we refuse when built
    }
  }
});

describe("misuse", () => {
  it.each<[string, object, RegExp]>([
    ["no key source", { publicKey: undefined, ...{} }, /publicKey is missing/],
    ["two key sources", { secret: SECRET }, /exactly one of .* got publicKey and secret/],
    ["no algorithms", { algorithms: [] }, /algorithms must be a non-empty array/],
    ["none", { algorithms: ["none"] }, /"none" means unsigned/],
    ["HS256 beside a public key", { algorithms: ["HS256"] }, /HS256 needs `secret`/],
    ["another key's algorithm", { algorithms: ["RS256"] }, /is of type ec/],
    ["an unknown option", { algorithm: "ES256" }, /did you mean "algorithms"/],
    ["a prefix of a body", { prefix: "Bearer " }, /prefix is for a token in a header/],
    ["nowhere", { at: "header" }, /at must be "body"/],
    ["a time without a format", { signedAt: { claim: "iat" } }, /signedAt must be such as/],
    ["a weak hash", { bodyHash: { claim: "h", hash: "md5" } }, /bodyHash\.hash must be/],
    ["a clock tolerance of an hour", { clockToleranceSeconds: 3_600 }, /0 to 300/],
  ])("jwt throws for %s", (_name, over, message) => {
    expect(() => jwt({ at: "body", ...es256, ...over } as JwtOptions)).toThrow(message);
    expect(() => jwt({ at: "body", ...es256, ...over } as JwtOptions)).toThrow(/^jwt: /);
  });

  it.each<[string, object, RegExp]>([
    ["two key sources", { secret: SECRET }, /got publicKey and secret/],
    ["ES256 beside a secret", { publicKey: undefined, secret: SECRET }, /ES256 needs public keys/],
    ["no header", { header: "" }, /header must be the name/],
    ["a param", { signed: "{param:t}{body}" }, /a token has none/],
    ["an unknown form", { unencoded: true }, /unencoded must be/],
    ["an unknown option", { headers: "x" }, /did you mean "header"/],
  ])("detachedJws throws for %s", (_name, over, message) => {
    expect(() => detachedJws({ header: "x", ...es256, ...over } as DetachedJwsOptions)).toThrow(message);
  });

  it("x5c throws without roots, and for OIDs that are none", () => {
    const built = (x5c: object) => () => jwt({ at: "body", algorithms: ["ES256"], x5c } as JwtOptions);
    expect(built({})).toThrow(/roots must hold at least one/);
    expect(built({ roots: ["x"] })).toThrow(/roots\[0\] must be a certificate/);
    expect(built({ roots: [pem("root")], leafOids: ["1.2.x"] })).toThrow(/dotted numbers/);
  });
});

describe("jwt asks for issuer, audience and expiry", () => {
  const whole = { at: "body", ...es256, issuer: "i", audience: "a" } as const;
  const claims = { iss: "i", aud: "a", exp: NOW_SECONDS + 60 };

  it.each<[string, object, RegExp]>([
    ["without issuer", { issuer: undefined }, /issuer must be a non-empty string; got undefined/],
    ["without audience", { audience: undefined }, /audience must be a non-empty string; got undefined/],
    ["with an empty reason", { issuer: undefined, lacks: { issuer: "" } }, /lacks\.issuer must be a non-empty string/],
    ["with an empty reason for no end", { lacks: { expiry: "" } }, /lacks\.expiry must be a non-empty string/],
    ["with a reason that is no sentence", { lacks: { expiry: true } }, /lacks\.expiry must be a non-empty string/],
    [
      "with an issuer, and a reason for none",
      { lacks: { issuer: WHY } },
      /issuer and lacks\.issuer exclude each other/,
    ],
    ["with an audience, and a reason for none", { lacks: { audience: WHY } }, /exclude each other/],
    ["with two audiences", { audienceIsUrl: true }, /audience and audienceIsUrl exclude each other/],
    ["with another lack", { lacks: { exp: WHY } }, /unknown option "exp"/],
    ["with a required claim that is no name", { requiredClaims: [1] }, /requiredClaims must be a non-empty string/],
  ])("and is not built %s", (_name, over, message) => {
    expect(() => strictJwt({ ...whole, ...over } as JwtOptions)).toThrow(message);
  });

  it.each<[string, object]>([
    ["no iss", { iss: undefined }],
    ["no aud", { aud: undefined }],
    ["no exp", { exp: undefined }],
    ["another iss", { iss: "j" }],
    ["another aud", { aud: "b" }],
  ])("a token with %s is refused", async (_name, over) => {
    const outcome = async (changed: object) =>
      outcomeOf(strictJwt(whole), { body: await token({ alg: "ES256" }, { ...claims, ...changed }) });
    expect(await outcome({})).toBe("proven");
    expect(await outcome(over)).toBe("unauthenticated");
  });

  it("accepts what it signs: subject, age, and the URL as audience", async () => {
    const { audience: _, ...others } = whole;
    const auth = strictJwt({ ...others, audienceIsUrl: true, subject: "s", maxTokenAgeSeconds: 60 });
    const sent = await signed(auth, {}, PEM);
    expect(await outcomeOf(auth, received(sent), { publicUrls: [sent.url] })).toBe("proven");
    expect(await outcomeOf(auth, received(sent), { publicUrls: ["https://example.com/other"] })).toBe(
      "unauthenticated",
    );
    expect(await outcomeOf(auth, received(sent), { publicUrls: [] })).toBe("misconfigured");
    expect(auth.needsPublicUrl).toBe(true);
  });
});
