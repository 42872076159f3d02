import { createHmac } from "node:crypto";
import { form, header, json, query } from "hookgate";
import type {
  Auth,
  BasicAuthOptions,
  BearerJwtKeys,
  BearerJwtOptions,
  BearerJwtRules,
  BearerTokenOptions,
  ClaimValue,
  Covers,
  HmacAlgorithm,
  HmacOptions,
  JwtAlgorithm,
  KeyForm,
  ListForm,
  MaybePromise,
  PairsForm,
  Proof,
  ProofContext,
  Proven,
  Refusal,
  Secret,
  SecretAnswer,
  SecretFunction,
  Secrets,
  SignableRequest,
  SignatureEncoding,
  SignatureOptions,
  SignatureParam,
  SignatureWriting,
  SignedText,
  SignedTextInput,
  StaticTokenOptions,
  UnverifiedDelivery,
  WrittenPlace,
} from "hookgate/auth";
import { allOf, anyOf, basicAuth, bearerToken, hmac, param, staticToken } from "hookgate/auth";
import { describe, expect, expectTypeOf, it } from "vitest";
import { type DeliveryInput, toDelivery } from "../../src/core/delivery.js";
import hmacVectors from "../vectors/hmac.json" with { type: "json" };
import sha1 from "../vectors/wycheproof/hmac_sha1_test.json" with { type: "json" };
import sha256 from "../vectors/wycheproof/hmac_sha256_test.json" with { type: "json" };
import sha512 from "../vectors/wycheproof/hmac_sha512_test.json" with { type: "json" };

const token = "0123456789abcdef0123456789abcdef";
const context = { nowMs: 1_700_000_000_000, publicUrls: () => ["https://example.com/hook"] };
const judge = async (auth: Auth, delivery: DeliveryInput) => await auth.verify(toDelivery(delivery), context);

describe("hookgate/auth", () => {
  /** What stands in the signatures of public functions can be named by whoever calls them; a missing name fails the type check. */
  type Named = [
    ...[Auth, Covers, Proof, ProofContext, Proven, Refusal, SignableRequest, WrittenPlace, MaybePromise<Proof>],
    ...[BasicAuthOptions, BearerTokenOptions, StaticTokenOptions, HmacOptions, HmacAlgorithm, KeyForm],
    ...[BearerJwtOptions, BearerJwtKeys, BearerJwtRules, ClaimValue, JwtAlgorithm],
    ...[Secret, Secrets, SecretAnswer, SecretFunction, UnverifiedDelivery],
    ...[SignatureOptions, SignatureWriting, SignatureEncoding, SignatureParam, ListForm, PairsForm],
    ...[SignedText, SignedTextInput],
  ];
  it("names every type that its functions take or answer, or the type check fails", () => {
    expectTypeOf<Named>().not.toBeAny();
  });
});

describe("bearerToken", () => {
  const auth = bearerToken({
    token: [token, "another-token-of-32-characters!!".replace(/!/g, "x")],
    query: "access_token",
  });
  it.each([
    ["the token", { headers: { authorization: `Bearer ${token}` } }, 0],
    ["the scheme in lower case", { headers: { authorization: `bearer ${token}` } }, 0],
    ["the second token while rotating", { headers: { authorization: "Bearer another-token-of-32-charactersxx" } }, 1],
    ["the query parameter", { url: `/?access_token=${token}` }, 0],
  ])("accepts %s", async (_, delivery, keyIndex) => {
    expect(await judge(auth, delivery)).toMatchObject({ ok: true, keyIndex, covers: { body: false } });
  });

  it.each([
    ["absent", {}, "unauthenticated", true],
    ["another scheme", { headers: { authorization: "Basic eDp5" } }, "unauthenticated", true],
    ["wrong", { headers: { authorization: `Bearer ${token}x` } }, "unauthenticated", undefined],
    ["empty", { headers: { authorization: "" } }, "bad_credentials", undefined],
    ["without a token", { headers: { authorization: "Bearer" } }, "bad_credentials", undefined],
    ["two spaces", { headers: { authorization: `Bearer  ${token}` } }, "bad_credentials", undefined],
    ["a tab", { headers: { authorization: `Bearer\t${token}` } }, "bad_credentials", undefined],
    ["repeated", { headers: { authorization: [`Bearer ${token}`, "Bearer x"] } }, "bad_credentials", undefined],
    [
      "in header and query",
      { url: `/?access_token=${token}`, headers: { authorization: `Bearer ${token}` } },
      "bad_credentials",
      undefined,
    ],
    ["twice in the query", { url: `/?access_token=${token}&access_token=x` }, "bad_credentials", undefined],
    ["wrong in the query", { url: `/?access_token=${token}x` }, "unauthenticated", undefined],
    ["empty in the query", { url: "/?access_token=" }, "bad_credentials", undefined],
    ["with a space in the query", { url: `/?access_token=${token}%20` }, "bad_credentials", undefined],
    ["with a bare plus in the query, which is a space", { url: "/?access_token=a+b" }, "bad_credentials", undefined],
    ["not ASCII in the query", { url: `/?access_token=${token}%C3%A9` }, "bad_credentials", undefined],
    ["with a line break in the query", { url: `/?access_token=${token}%0A` }, "bad_credentials", undefined],
    ["two in one header", { headers: { authorization: `Bearer ${token}, Bearer x` } }, "bad_credentials", undefined],
  ])("refuses a token that is %s", async (_, delivery, outcome, isAbsent) => {
    const proof = await judge(auth, delivery as DeliveryInput);
    expect(proof).toMatchObject({ ok: false, outcome });
    expect((proof as { isAbsent?: boolean }).isAbsent).toBe(isAbsent);
    expect(JSON.stringify(proof)).not.toContain(token);
  });

  it.each([
    ["missing", undefined, /missing/],
    ["empty", "", /empty/],
    ["blank", "   ", /blank/],
    ["with a line break", `${token}\n`, /white space/],
    ["an empty list", [], /empty/],
    ["a list with an empty one", [token, ""], /empty/],
    ["a public key", "-----BEGIN PUBLIC KEY-----", /PEM/],
    ["a passphrase", "correct horse battery staple", /cannot be sent as a bearer token: it has white space/],
    ["cut by a line break", `${token}\n${token}`, /cannot be sent .* a control character/],
    ["ended by a NUL", `${token}\0`, /cannot be sent .* a control character/],
    ["not ASCII", `${token}é`, /cannot be sent .* not ASCII/],
    ["padded in the middle", `=${token}`, /cannot be sent .* that bearer tokens do not have/],
    ["a list with a comma in one", [token, `${token},x`], /token\[1\] cannot be sent/],
  ])("is not built with a token that is %s", (_, bad, message) => {
    expect(() => bearerToken({ token: bad as string })).toThrow(message);
    expect(() => bearerToken({ token: bad as string })).toThrow(TypeError);
  });
});

describe("a token that cannot be sent where it belongs", () => {
  it.each<[string, () => Auth, RegExp]>([
    ["a header", () => staticToken({ token: `${token}é`, at: header("x-token") }), /in a header: .*not ASCII/],
    ["a header", () => staticToken({ token: `a\r\nb${token}`, at: header("x-token") }), /in a header: .*control/],
    ["a password", () => basicAuth({ username: "user", password: `${token}\u007f` }), /password .*control/],
    ["a user name", () => basicAuth({ username: "us\ner", password: token }), /username .*control/],
  ])("is refused when built: %s", (_, build, message) => {
    expect(build).toThrow(TypeError);
    expect(build).toThrow(message);
    expect(build).toThrow(new RegExp(`^(?!.*${token})`));
  });

  it.each<[string, () => Auth]>([
    ["a header with spaces inside", () => staticToken({ token: "KakaoAK 0123456789", at: header("authorization") })],
    ["a JSON field in any script", () => staticToken({ token: `${token}é 한`, at: json("secret") })],
    ["a password in any script", () => basicAuth({ username: "üser", password: `${token} é` })],
  ])("is none in %s", (_, build) => {
    expect(build).not.toThrow();
  });

  it("is misconfigured if a function returns it", async () => {
    const auth = bearerToken({ token: (_) => `${token} and more` });
    expect(await judge(auth, { headers: { authorization: `Bearer ${token}` } })).toMatchObject({
      outcome: "misconfigured",
    });
  });
});

describe("a token from a function", () => {
  const request = {
    method: "POST",
    url: "https://example.com/hooks/acme",
    headers: {},
    body: Buffer.from("{}"),
    timestampMs: 0,
  };
  const ofTenant: SecretFunction = ({ url }) => (url === "/hooks/acme" ? token : null);
  const auths: readonly [string, (find: SecretFunction) => Auth][] = [
    ["staticToken", (find) => staticToken({ token: find, at: header("x-token") })],
    ["bearerToken", (find) => bearerToken({ token: find })],
    ["basicAuth", (find) => basicAuth({ username: "user", password: find })],
  ];

  it.each(auths)("signs, looked up or given as the key: %s", async (_, build) => {
    const late = build(async (delivery) => ofTenant(delivery));
    for (const auth of [build(ofTenant), late]) {
      for (const key of [undefined, token]) {
        const signed = await auth.sign?.(request, key);
        expect(await judge(auth, { url: "/hooks/acme", headers: { ...signed?.headers } })).toMatchObject({ ok: true });
      }
    }
    expect(build(ofTenant).sign?.(request)).not.toHaveProperty("then");
  });

  it.each(auths)("is needed to sign: %s", async (_, build) => {
    const elsewhere = { ...request, url: "https://example.com/hooks/other" };
    expect(() => build(ofTenant).sign?.(elsewhere)).toThrow(/the function names none for this request; give the key/);
    const down = build((_) => {
      throw new Error("down");
    });
    expect(() => down.sign?.(request)).toThrow(/threw or rejected; give the key/);
  });
});

describe("a secret function", () => {
  const auth = (find: SecretFunction) => bearerToken({ token: find });
  const delivery = { headers: { authorization: `Bearer ${token}` } };
  it.each<[string, SecretFunction, object]>([
    ["names the tenant", ({ url }) => ({ secret: token, tenant: url }), { ok: true, tenant: "/" }],
    ["may wait", async (_) => token, { ok: true }],
    ["knows none for this delivery", (_) => null, { ok: false, outcome: "unauthenticated" }],
    ["reads a variable that is not set", () => undefined, { ok: false, outcome: "misconfigured" }],
    ["answers a blank one", (_) => " ", { ok: false, outcome: "misconfigured" }],
    [
      "throws",
      (_) => {
        throw new Error("down");
      },
      { ok: false, outcome: "undecided" },
    ],
    [
      "rejects",
      async (_) => {
        throw new Error("down");
      },
      { ok: false, outcome: "undecided" },
    ],
  ])("that %s", async (_, find, expected) => {
    expect(await judge(auth(find), delivery)).toMatchObject(expected);
  });
});

describe("basicAuth", () => {
  const auth = basicAuth({ username: "user", password: token });
  const basic = (text: string) => ({ headers: { authorization: `Basic ${Buffer.from(text).toString("base64")}` } });
  it.each([
    ["the pair", basic(`user:${token}`), { ok: true }],
    ["another password", basic("user:x"), { ok: false, outcome: "unauthenticated" }],
    ["another user", basic(`other:${token}`), { ok: false, outcome: "unauthenticated" }],
    ["no colon", basic("user"), { ok: false, outcome: "bad_credentials" }],
    ["nothing", {}, { ok: false, outcome: "unauthenticated", isAbsent: true }],
  ])("judges %s", async (_, delivery, expected) => {
    expect(await judge(auth, delivery)).toMatchObject(expected);
  });
});

describe("unverified deliveries stay unverified", () => {
  it("allOf of unsigned senders stays unverified", async () => {
    const unsigned: Auth = {
      ...staticToken({ token, at: header("x-a") }),
      verify: () => ({
        ok: true,
        keyIndex: 0,
        covers: { body: false, method: false, url: false, headers: [] },
        isVerified: false,
      }),
    };
    expect(await judge(allOf(unsigned, unsigned), {})).toMatchObject({ ok: true, isVerified: false });
  });
  it("allOf has the oldest signed time, and one tenant", async () => {
    const proof = (more: object): Auth => ({
      ...staticToken({ token, at: header("x-a") }),
      verify: () => ({
        ok: true,
        keyIndex: 0,
        covers: { body: false, method: false, url: false, headers: [] },
        ...more,
      }),
    });
    expect(await judge(allOf(proof({ sentAtMs: 9 }), proof({ sentAtMs: 5 })), {})).toMatchObject({
      ok: true,
      sentAtMs: 5,
    });
    expect(await judge(allOf(proof({ tenant: "a" }), proof({ tenant: "b" })), {})).toMatchObject({
      ok: false,
      outcome: "unauthenticated",
    });
  });
  it("staticToken is not built for several places at once", () => {
    expect(() => staticToken({ token, at: json("value.*.clientState") })).toThrow(/names several/);
  });
  it("basicAuth refuses replaced bytes and other users", async () => {
    const auth = basicAuth({ username: "user", password: "\ufffd and sixteen bytes" });
    const bytes = Buffer.concat([Buffer.from("user:"), Buffer.from([0xff]), Buffer.from(" and sixteen bytes")]);
    expect(await judge(auth, { headers: { authorization: `Basic ${bytes.toString("base64")}` } })).toMatchObject({
      ok: false,
      outcome: "bad_credentials",
    });
  });
});

describe("staticToken", () => {
  it.each([
    ["a header", header("x-token"), { headers: { "x-token": token } }],
    ["the query", query("token"), { url: `/?token=${token}` }],
    ["a JSON field", json("auth.token"), { body: JSON.stringify({ auth: { token } }) }],
    ["a form field", form("token"), { body: `token=${token}` }],
  ])("reads the token from %s, and signs it there", async (_, at, delivery) => {
    const auth = staticToken({ token, at });
    expect(await judge(auth, delivery)).toMatchObject({ ok: true });
    expect(await judge(auth, {})).toMatchObject({ ok: false });
    const signed = await auth.sign?.({
      method: "POST",
      url: "https://a.example/",
      headers: {},
      body: Buffer.from(at.in === "json" ? "{}" : ""),
      timestampMs: 0,
    });
    const { pathname, search } = new URL(signed?.url ?? "");
    expect(
      await judge(auth, { url: pathname + search, headers: signed?.headers ?? {}, body: signed?.body ?? "" }),
    ).toMatchObject({ ok: true });
  });
});

describe("a static token that is no single text is malformed", () => {
  it.each<[string, Auth, DeliveryInput]>([
    ["twice in a header", staticToken({ token, at: header("x-t") }), { headers: { "x-t": [token, token] } }],
    ["twice in the query", staticToken({ token, at: query("t") }), { url: `/?t=${token}&t=${token}` }],
    ["twice in a form", staticToken({ token, at: form("t") }), { body: `t=${token}&t=x` }],
    ["a list in JSON", staticToken({ token, at: json("t") }), { body: JSON.stringify({ t: [token] }) }],
    ["an object in JSON", staticToken({ token, at: json("t") }), { body: JSON.stringify({ t: { token } }) }],
    ["null in JSON", staticToken({ token, at: json("t") }), { body: '{"t":null}' }],
    ["in a body that is not JSON", staticToken({ token, at: json("t") }), { body: `{"t":"${token}"` }],
    ["in a body that is not UTF-8", staticToken({ token, at: json("t") }), { body: Buffer.from([0xff]) }],
    ["empty", staticToken({ token, at: query("t") }), { url: "/?t=" }],
    ["without its prefix", staticToken({ token, at: header("x-t"), prefix: "Key " }), { headers: { "x-t": token } }],
  ])("%s", async (_, auth, delivery) => {
    expect(await judge(auth, delivery)).toMatchObject({ ok: false, outcome: "bad_credentials" });
  });

  it("a token on the prototype of JSON is not found", async () => {
    const auth = staticToken({ token, at: json("constructor.name") });
    expect(await judge(auth, { body: "{}" })).toMatchObject({ isAbsent: true });
  });
});

describe("allOf and anyOf", () => {
  const one = staticToken({ token, at: header("x-one") });
  const two = staticToken({ token, at: header("x-two") });
  const failing: Auth = { ...two, verify: () => ({ ok: false, outcome: "undecided", hint: "down" }) };
  it("allOf requires every scheme, anyOf one", async () => {
    const both = { headers: { "x-one": token, "x-two": token } };
    expect(await judge(allOf(one, two), both)).toMatchObject({ ok: true });
    expect(await judge(allOf(one, two), { headers: { "x-one": token } })).toMatchObject({ ok: false, isAbsent: true });
    expect(await judge(anyOf(one, two), { headers: { "x-two": token } })).toMatchObject({ ok: true });
  });
  it("anyOf refuses with undecided first, then with the scheme whose credentials were present", async () => {
    expect(await judge(anyOf(one, two), { headers: { "x-two": "wrong" } })).not.toHaveProperty("isAbsent");
    expect(await judge(anyOf(failing, one), { headers: { "x-one": "wrong" } })).toMatchObject({ outcome: "undecided" });
    expect(await judge(anyOf(failing, one), { headers: { "x-one": token } })).toMatchObject({ ok: true });
  });
});

describe("hmac", () => {
  const stripeLike = hmac({
    secret: [token, `${token}2`],
    signed: "{timestamp}.{body}",
    timestamp: param("t", "unix-seconds"),
    signature: { header: "x-signature", encoding: "hex", form: { pairs: "v1" } },
  });
  const signature = (t: string, body = "{}", key = token) =>
    createHmac("sha256", key).update(`${t}.${body}`).digest("hex");
  const send = (value: string | string[]) => judge(stripeLike, { headers: { "x-signature": value }, body: "{}" });
  const good = signature("1700000000");

  it("accepts either key, among unknown versions, and carries the signed time", async () => {
    expect(await send(`t=1700000000,v1=${good}`)).toMatchObject({
      ok: true,
      keyIndex: 0,
      sentAtMs: 1_700_000_000_000,
      covers: { body: true },
    });
    expect(
      await send(`t=1700000000,v0=zz,v1=${"0".repeat(64)},v1=${signature("1700000000", "{}", `${token}2`)}`),
    ).toMatchObject({ ok: true, keyIndex: 1 });
  });

  it.each([
    ["wrong", `t=1700000000,v1=${"0".repeat(64)}`, "unauthenticated"],
    ["empty", "", "bad_credentials"],
    ["cut off", `t=1700000000,v1=${good.slice(0, 63)}`, "bad_credentials"],
    ["too long", `t=1700000000,v1=${good}00`, "bad_credentials"],
    ["in upper case", `t=1700000000,v1=${good.toUpperCase()}`, "bad_credentials"],
    ["with junk", `t=1700000000,v1=${good.slice(0, 62)}zz`, "bad_credentials"],
    ["without a time", `v1=${good}`, "bad_credentials"],
    ["with two times", `t=1700000000,t=1700000000,v1=${good}`, "bad_credentials"],
    ["with a time in hex", `t=0x65,v1=${signature("0x65")}`, "bad_credentials"],
    ["with a time in exponents", `t=1e10,v1=${signature("1e10")}`, "bad_credentials"],
    ["with a signed plus", `t=+1700000000,v1=${signature("+1700000000")}`, "bad_credentials"],
    ["eleven times", `t=1700000000${`,v1=${good}`.repeat(11)}`, "bad_credentials"],
    ["in two headers", [`t=1700000000,v1=${good}`, `t=1700000000,v1=${good}`], "bad_credentials"],
  ])("refuses a signature that is %s", async (_, value, outcome) => {
    const proof = await send(value as string);
    expect(proof).toMatchObject({ ok: false, outcome });
    expect(JSON.stringify(proof)).not.toContain(good);
  });

  it("refuses an id that holds the separator it is signed with", async () => {
    const auth = hmac({
      secret: token,
      signed: "{header:x-id}.{body}",
      signature: { header: "x-sig", encoding: "hex" },
    });
    const sig = createHmac("sha256", token).update("a.b.{}").digest("hex");
    expect(await judge(auth, { headers: { "x-id": "a.b", "x-sig": sig }, body: "{}" })).toMatchObject({
      outcome: "bad_credentials",
    });
    expect(await judge(auth, { headers: { "x-id": "a", "x-sig": sig }, body: "b.{}" })).toMatchObject({ ok: true });
  });

  const described: Record<string, (secret: string, url: string | null) => Auth> = {
    jira: (secret) => hmac({ secret, signature: { header: "x-hub-signature", prefix: "sha256=", encoding: "hex" } }),
    line: (secret) => hmac({ secret, signature: { header: "x-line-signature", encoding: "base64" } }),
    "coinbase-commerce": (secret) => hmac({ secret, signature: { header: "x-cc-webhook-signature", encoding: "hex" } }),
    square: (secret) =>
      hmac({
        secret,
        signed: "{url}{body}",
        signature: { header: "x-square-hmacsha256-signature", encoding: "base64" },
      }),
    paddle: (secret) =>
      hmac({
        secret,
        signed: "{timestamp}:{body}",
        timestamp: param("ts", "unix-seconds"),
        signature: { header: "paddle-signature", encoding: "hex", form: { pairs: "h1", separator: ";" } },
      }),
  };
  it.each(hmacVectors.map((vector) => [vector.provider, vector.description, vector] as const))(
    "proves %s: %s",
    async (provider, _, vector) => {
      const auth = (described[provider] as (typeof described)[string])(vector.secretOrKey, vector.url);
      const ofVector = { nowMs: 0, publicUrls: () => (vector.url === null ? [] : [vector.url]) };
      const headers = vector.headers as unknown as Record<string, string>;
      expect(await auth.verify(toDelivery({ headers, body: vector.body }), ofVector)).toMatchObject({ ok: true });
      expect(await auth.verify(toDelivery({ headers, body: `${vector.body}x` }), ofVector)).toMatchObject({
        ok: false,
        outcome: "unauthenticated",
      });
    },
  );

  it.each([
    ["sha1", sha1, 160],
    ["sha256", sha256, 256],
    ["sha512", sha512, 512],
  ] as const)("agrees with Wycheproof on HMAC-%s", async (algorithm, file, bits) => {
    let count = 0;
    for (const group of file.testGroups) {
      for (const test of group.tests) {
        if (test.key === "") continue; // an empty secret is refused when built
        count++;
        const auth = hmac({ secret: test.key, key: "hex", algorithm, signature: { header: "x-sig", encoding: "hex" } });
        const proof = await judge(auth, { headers: { "x-sig": test.tag }, body: Buffer.from(test.msg, "hex") });
        // A truncated tag is right by its own rules and never by ours.
        expect(proof.ok, `tcId ${test.tcId}`).toBe(test.result === "valid" && group.tagSize === bits);
      }
    }
    expect(count).toBeGreaterThan(160);
  });
});
