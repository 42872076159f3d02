import { generateKeyPairSync, type KeyObject } from "node:crypto";
import type { JWK } from "jose";
import { afterEach, describe, expect, it } from "vitest";
import { anyOf } from "../../src/auth/combine.js";
import type { PublicKeyAlgorithm } from "../../src/auth/keys/algorithms.js";
import type { PublicKeyText } from "../../src/auth/keys/parse-public-key.js";
import { hmac } from "../../src/auth/schemes/hmac.js";
import { createPublicKeyAuth, type PublicKeyOptions, publicKey } from "../../src/auth/schemes/public-key.js";
import { form, header, json, query } from "../../src/core/field.js";
import { ed, p256, p384, p521, pkcs8, rsa, spki } from "./keys.js";
import {
  expectEveryBodyBitBound,
  expectNoThrow,
  NOW_MS,
  outcomeOf,
  proofOf,
  received,
  serve,
  signed,
  vectors,
  wycheproof,
} from "./proving.js";

const raw = (key: KeyObject) => key.export({ type: "spki", format: "der" }).subarray(-32);

const signature = { header: "x-signature", encoding: "base64" } as const;
const timed = {
  signed: "{timestamp}.{body}",
  timestamp: header("x-timestamp", "unix-seconds"),
  signature,
} as const;
const edOptions: PublicKeyOptions = { publicKey: spki(ed.publicKey), algorithm: "ed25519", ...timed };

const pairs: Readonly<Record<PublicKeyAlgorithm, { publicKey: KeyObject; privateKey: KeyObject }>> = {
  ed25519: ed,
  "ecdsa-p256-sha256": p256,
  "ecdsa-p256-sha1": p256,
  "ecdsa-p384-sha384": p384,
  "ecdsa-p521-sha512": p521,
  "rsa-v1_5-sha1": rsa,
  "rsa-v1_5-sha256": rsa,
  "rsa-v1_5-sha384": rsa,
  "rsa-v1_5-sha512": rsa,
  "rsa-pss-sha256": rsa,
  "rsa-pss-sha384": rsa,
  "rsa-pss-sha512": rsa,
};

describe("what is signed with one key", () => {
  const cases = Object.keys(pairs).flatMap((name) =>
    name.startsWith("ecdsa") ? [[name, "der"] as const, [name, "p1363"] as const] : [[name, "der"] as const],
  );
  it.each(cases)("%s (%s): is accepted, and refused with any bit of the body flipped", async (name, ecdsaForm) => {
    const algorithm = name as PublicKeyAlgorithm;
    const pair = pairs[algorithm];
    const auth = publicKey({ publicKey: spki(pair.publicKey), algorithm, ecdsaForm, ...timed });
    const request = await signed(auth, {}, pkcs8(pair.privateKey));
    expect(await proofOf(auth, received(request))).toEqual({
      ok: true,
      keyIndex: 0,
      covers: { body: true, method: false, url: false, headers: ["x-timestamp"] },
      sentAtMs: NOW_MS,
    });
    await expectEveryBodyBitBound(auth, request);
  });

  it.each(["hex", "HEX", "base64", "base64url", "base64-of-hex"] as const)(
    "accepts %s, and only as it is written",
    async (encoding) => {
      const auth = publicKey({ ...edOptions, signature: { header: "x-signature", encoding } });
      const request = await signed(auth, {}, pkcs8(ed.privateKey));
      expect(await outcomeOf(auth, received(request))).toBe("proven");
      const text = request.headers["x-signature"] as string;
      for (const other of [
        `${text}=`,
        `${text}0`,
        ` ${text}`,
        text.slice(1),
        text.slice(0, -2),
        "",
        "x".repeat(text.length),
      ]) {
        const headers = { ...request.headers, "x-signature": other };
        expect(await outcomeOf(auth, received({ ...request, headers }))).toMatch(/bad_credentials|unauthenticated/);
      }
    },
  );

  it("refuses another spelling of the same bytes", async () => {
    const auth = publicKey(edOptions);
    const request = await signed(auth, {}, pkcs8(ed.privateKey));
    // 64 bytes leave four unused bits in the last letter: QQ== and QR== decode alike.
    const text = request.headers["x-signature"] as string;
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const last = text.at(-3) as string;
    const other = `${text.slice(0, -3)}${alphabet[alphabet.indexOf(last) + 1]}==`;
    expect(Buffer.from(other, "base64").equals(Buffer.from(text, "base64"))).toBe(true);
    expect(await outcomeOf(auth, received({ ...request, headers: { ...request.headers, "x-signature": other } }))).toBe(
      "bad_credentials",
    );
  });

  it.each([
    ["absent", undefined, "unauthenticated"],
    ["empty", "", "bad_credentials"],
    ["junk", "not base64!", "bad_credentials"],
    ["cut off", Buffer.alloc(63).toString("base64"), "bad_credentials"],
    ["well-formed and wrong", Buffer.alloc(64, 7).toString("base64"), "unauthenticated"],
  ])("a signature that is %s", async (_name, value, expected) => {
    const auth = publicKey(edOptions);
    const headers = { "x-timestamp": "1796083200", ...(value === undefined ? {} : { "x-signature": value }) };
    expect(await outcomeOf(auth, { headers, body: "{}" })).toBe(expected);
  });

  it("refuses a signature header that came twice", async () => {
    const auth = publicKey(edOptions);
    const request = await signed(auth, {}, pkcs8(ed.privateKey));
    const twice = { ...request.headers, "x-signature": [request.headers["x-signature"] as string, "x"] };
    expect(await outcomeOf(auth, { headers: twice, body: request.body })).toBe("bad_credentials");
  });

  it("refuses any text as a signature, and never throws", async () => {
    for (const options of [
      edOptions,
      { ...timed, publicKey: spki(p256.publicKey), algorithm: "ecdsa-p256-sha256" } as const,
    ]) {
      const auth = publicKey(options);
      await expectNoThrow(
        auth,
        "x-signature",
        await signed(auth, {}, pkcs8(options === edOptions ? ed.privateKey : p256.privateKey)),
      );
    }
  });

  it("takes RSA-PSS salts of another length only when told to", async () => {
    const { sign, constants } = await import("node:crypto");
    const made = sign("sha512", Buffer.from("{}"), {
      key: rsa.privateKey,
      padding: constants.RSA_PKCS1_PSS_PADDING,
      saltLength: 20,
    });
    const options = { publicKey: spki(rsa.publicKey), algorithm: "rsa-pss-sha512", signature } as const;
    const delivery = { body: "{}", headers: { "x-signature": made.toString("base64") } };
    expect(await outcomeOf(publicKey(options), delivery)).toBe("unauthenticated");
    expect(await outcomeOf(publicKey({ ...options, pssSalt: "any" }), delivery)).toBe("proven");
  });
});

describe("which keys are tried", () => {
  const other = generateKeyPairSync("ed25519");

  it("names the one of several that matched", async () => {
    const auth = publicKey({ ...edOptions, publicKey: [spki(other.publicKey), spki(ed.publicKey)] });
    expect(await proofOf(auth, received(await signed(auth, {}, pkcs8(ed.privateKey))))).toMatchObject({
      ok: true,
      keyIndex: 1,
    });
  });

  it.each<[string, PublicKeyText]>([
    ["PEM", spki(ed.publicKey)],
    ["base64 of SPKI", ed.publicKey.export({ type: "spki", format: "der" }).toString("base64")],
    ["hex of 32 bytes", raw(ed.publicKey).toString("hex")],
    ["upper-case hex", raw(ed.publicKey).toString("hex").toUpperCase()],
    ["base64 of 32 bytes", raw(ed.publicKey).toString("base64")],
    ["whpk_", `whpk_${raw(ed.publicKey).toString("base64")}`],
    ["a JWK", ed.publicKey.export({ format: "jwk" }) as JWK],
    ["a JWK as text", JSON.stringify(ed.publicKey.export({ format: "jwk" }))],
    ["a KeyObject", ed.publicKey],
  ])("reads a key as %s", async (_name, key) => {
    const auth = publicKey({ ...edOptions, publicKey: key });
    const seed = ed.privateKey.export({ type: "pkcs8", format: "der" }).subarray(-32);
    const whsk = `whsk_${Buffer.concat([seed, raw(ed.publicKey)]).toString("base64")}`;
    for (const privateKey of [
      pkcs8(ed.privateKey),
      seed.toString("hex"),
      whsk,
      JSON.stringify(ed.privateKey.export({ format: "jwk" })),
    ]) {
      expect(await outcomeOf(auth, received(await signed(auth, {}, privateKey)))).toBe("proven");
    }
  });

  it("looks keys up by the id that the delivery names", async () => {
    const auth = publicKey({
      ...timed,
      algorithm: "ed25519",
      keyId: header("x-key-id"),
      keys: { one: spki(other.publicKey), two: [spki(ed.publicKey)] },
    });
    const request = await signed(auth, { headers: { "x-key-id": "two" } }, pkcs8(ed.privateKey));
    const named = (id: string | string[] | undefined) =>
      outcomeOf(auth, { headers: { ...request.headers, "x-key-id": id }, body: request.body });
    expect(await named("two")).toBe("proven");
    expect(await named("one")).toBe("unauthenticated");
    for (const id of ["three", "__proto__", "constructor", "../../etc/passwd", undefined])
      expect(await named(id)).toBe("unauthenticated");
    for (const id of ["", "x".repeat(257), ["two", "two"]]) expect(await named(id)).toBe("bad_credentials");
  });

  it("decides by what a key function answers", async () => {
    const proofWith = async (keys: (id: string) => unknown) => {
      const auth = publicKey({ ...timed, algorithm: "ed25519", keyId: header("x-key-id"), keys: keys as never });
      return proofOf(auth, received(await signed(auth, { headers: { "x-key-id": "two" } }, pkcs8(ed.privateKey))));
    };
    expect(await proofWith(() => spki(ed.publicKey))).toMatchObject({ ok: true });
    expect(
      await proofWith(async (id) => (id === "two" ? { publicKey: spki(ed.publicKey), tenant: "acme" } : null)),
    ).toMatchObject({ ok: true, tenant: "acme" });
    for (const none of [null, undefined, []])
      expect(await proofWith(() => none)).toMatchObject({ outcome: "unauthenticated" });
    expect(await proofWith(() => spki(p256.publicKey))).toMatchObject({ outcome: "misconfigured" });
    expect(await proofWith(() => "whsec_abc")).toMatchObject({ outcome: "misconfigured" });
    expect(
      await proofWith(() => {
        throw new Error("down");
      }),
    ).toMatchObject({ outcome: "undecided" });
    expect(await proofWith(() => Promise.reject(new Error("down")))).toMatchObject({ outcome: "undecided" });
  });

  it("shows a key function the unverified head, and never the body", async () => {
    let seen: unknown;
    const auth = publicKey({
      ...edOptions,
      publicKey: (delivery) => {
        seen = delivery;
        return spki(ed.publicKey);
      },
    });
    const request = await signed(auth, {}, pkcs8(ed.privateKey));
    expect(await outcomeOf(auth, received(request))).toBe("proven");
    expect((seen as { headers: object }).headers).toMatchObject({ "content-type": "application/json" });
    expect("body" in (seen as object)).toBe(false);
  });

  it("takes the algorithm from a field, and refuses unknown names", async () => {
    const auth = publicKey({
      publicKey: spki(rsa.publicKey),
      algorithm: { by: json("version"), names: { "1": "rsa-v1_5-sha1", "2": "rsa-v1_5-sha256" } },
      signed: "{json:text}",
      signature: { at: json("signature"), encoding: "base64" },
    });
    for (const version of ["1", "2", undefined]) {
      const request = await signed(
        auth,
        { body: Buffer.from(JSON.stringify({ text: "hello", version })) },
        pkcs8(rsa.privateKey),
      );
      expect(await outcomeOf(auth, received(request))).toBe("proven");
      const swapped = Buffer.from(
        request.body.toString().replace(/"version":"[12]"/, `"version":"${version === "2" ? 1 : 2}"`),
      );
      expect(await outcomeOf(auth, received({ ...request, body: swapped }))).toBe("unauthenticated");
      const unknown = Buffer.from(request.body.toString().replace(/"version":"[12]"/, '"version":"constructor"'));
      expect(await outcomeOf(auth, received({ ...request, body: unknown }))).toBe("unauthenticated");
    }
  });
});

describe("keys from a key set by URL", () => {
  let server: Awaited<ReturnType<typeof serve>> | undefined;
  afterEach(() => server?.close());
  const jwk = (key: KeyObject, kid: string) => ({ ...key.export({ format: "jwk" }), kid });

  it.each(["ed25519", "ecdsa-p256-sha256", "ecdsa-p384-sha384", "rsa-v1_5-sha256", "rsa-pss-sha512"] as const)(
    "%s: finds the key by its id",
    async (algorithm) => {
      const pair = pairs[algorithm];
      server = await serve((_req, res) => res.end(JSON.stringify({ keys: [jwk(pair.publicKey, "k1")] })));
      const auth = publicKey({ ...timed, algorithm, jwksUrl: `${server.origin}/jwks`, keyId: header("x-key-id") });
      const request = await signed(auth, { headers: { "x-key-id": "k1" } }, pkcs8(pair.privateKey));
      await expectEveryBodyBitBound(auth, request);
      expect(server.requests).toBe(1);
      expect(await outcomeOf(auth, received({ ...request, headers: { ...request.headers, "x-key-id": "k2" } }))).toBe(
        "undecided", // the set was fetched a moment ago, and may have been changed since
      );
    },
  );

  it("cannot decide while the URL fails, and decides again once it answers", async () => {
    let isDown = true;
    server = await serve((_req, res) => {
      res.statusCode = isDown ? 500 : 200;
      res.end(JSON.stringify({ keys: [jwk(ed.publicKey, "k1")] }));
    });
    const options: PublicKeyOptions = { ...timed, algorithm: "ed25519", jwksUrl: server.origin };
    const auth = createPublicKeyAuth(options, { keySet: { backOffMs: [0], cooldownMs: 0 } });
    const request = await signed(auth, {}, pkcs8(ed.privateKey));
    expect(await outcomeOf(auth, received(request))).toBe("undecided");
    isDown = false;
    expect(await outcomeOf(auth, received(request))).toBe("proven");
  });

  it("asks once more for a newer set when a delivery without a key id fits none", async () => {
    let current = generateKeyPairSync("ed25519").publicKey;
    server = await serve((_req, res) => res.end(JSON.stringify({ keys: [jwk(current, "k")] })));
    const auth = createPublicKeyAuth(
      { ...timed, algorithm: "ed25519", jwksUrl: server.origin },
      { keySet: { cooldownMs: 0 } },
    );
    const request = await signed(auth, {}, pkcs8(ed.privateKey));
    expect(await outcomeOf(auth, received(request))).toBe("unauthenticated");
    current = ed.publicKey;
    expect(await outcomeOf(auth, received(request))).toBe("proven");
  });
});

describe("published deliveries", () => {
  const auths: Readonly<Record<string, (key: string, extra: Readonly<Record<string, unknown>>) => PublicKeyOptions>> = {
    sendgrid: (key) => ({
      publicKey: key,
      algorithm: "ecdsa-p256-sha256",
      signed: "{timestamp}{body}",
      timestamp: header("x-twilio-email-event-webhook-timestamp", "unix-seconds"),
      signature: { header: "x-twilio-email-event-webhook-signature", encoding: "base64" },
    }),
    discord: (key) => ({
      publicKey: key,
      algorithm: "ed25519",
      signed: "{timestamp}{body}",
      timestamp: header("x-signature-timestamp", "unix-seconds"),
      signature: { header: "x-signature-ed25519", encoding: "hex" },
    }),
    "standard-webhooks": (key) => ({
      publicKey: key,
      algorithm: "ed25519",
      signed: "{header:*-id}.{timestamp}.{body}",
      timestamp: header("*-timestamp", "unix-seconds"),
      signature: { header: "*-signature", encoding: "base64", form: { list: "v1a,", separator: " " } },
      families: ["svix", "webhook"],
    }),
    paypal: (key, { webhookId }) => ({
      publicKey: key,
      algorithm: { by: header("paypal-auth-algo"), names: { SHA256withRSA: "rsa-v1_5-sha256" } },
      signed: `{header:paypal-transmission-id}|{timestamp}|${webhookId}|{body:crc32}`,
      timestamp: header("paypal-transmission-time", "rfc3339"),
      signature: { header: "paypal-transmission-sig", encoding: "base64" },
    }),
  };
  const known = vectors("public-key").filter((one) => Object.hasOwn(auths, one.provider));

  it.each(known)("accepts $provider: $description", async (vector) => {
    const auth = publicKey((auths[vector.provider] as (typeof auths)[string])(vector.secretOrKey, vector.extra));
    const { headers, body } = vector;
    expect(await outcomeOf(auth, { headers, body })).toBe("proven");
    expect(await outcomeOf(auth, { headers, body: `${body} ` })).toBe("unauthenticated");
    expect(await outcomeOf(auth, { headers, body: body.slice(0, -1) })).toBe("unauthenticated");
  });

  it("a checksum does not cover the body", () => {
    const auth = publicKey((auths.paypal as (typeof auths)[string])(spki(rsa.publicKey), { webhookId: "W" }));
    expect(auth.covers.body).toBe(false);
  });
});

describe("Standard Webhooks with both kinds of signature in one header", () => {
  const shared = {
    signed: "{header:webhook-id}.{timestamp}.{body}",
    timestamp: header("webhook-timestamp", "unix-seconds"),
  };
  const list = (version: string) =>
    ({ header: "webhook-signature", encoding: "base64", form: { list: `${version},`, separator: " " } }) as const;
  const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  const symmetric = hmac({ ...shared, secret, key: { base64After: "whsec_" }, signature: list("v1") });
  const asymmetric = publicKey({ ...shared, algorithm: "ed25519", publicKey: ed.publicKey, signature: list("v1a") });

  it("accepts both kinds, and never confuses them", async () => {
    const head = { headers: { "webhook-id": "msg_1" } };
    const first = await signed(symmetric, head);
    const second = await signed(asymmetric, head, pkcs8(ed.privateKey));
    const withBoth = `${first.headers["webhook-signature"]} ${second.headers["webhook-signature"]}`;
    const both = { ...first, headers: { ...first.headers, "webhook-signature": withBoth } };
    for (const auth of [symmetric, asymmetric, anyOf(symmetric, asymmetric)])
      expect(await outcomeOf(auth, received(both))).toBe("proven");
    expect(await outcomeOf(anyOf(asymmetric, symmetric), received(first))).toBe("proven");
    expect(await outcomeOf(asymmetric, received(first))).toBe("unauthenticated");
    expect(await outcomeOf(symmetric, received(second))).toBe("unauthenticated");
    const swapped = withBoth.replace("v1a,", "v2,").replace("v1,", "v1a,");
    expect(
      await outcomeOf(asymmetric, received({ ...both, headers: { ...both.headers, "webhook-signature": swapped } })),
    ).toBe("bad_credentials");
  });
});

describe("Wycheproof", () => {
  interface Group {
    readonly publicKeyPem: string;
    readonly tests: readonly {
      readonly tcId: number;
      readonly msg: string;
      readonly sig: string;
      readonly result: string;
    }[];
  }
  it.each<[string, PublicKeyAlgorithm, number]>([
    ["ed25519_test", "ed25519", 151],
    ["ecdsa_secp256r1_sha256_test", "ecdsa-p256-sha256", 484],
  ])("%s: every published result is ours", async (file, algorithm, count) => {
    const { testGroups } = wycheproof<Group>(file);
    let seen = 0;
    const differing: number[] = [];
    for (const group of testGroups) {
      const auth = publicKey({
        publicKey: group.publicKeyPem,
        algorithm,
        signature: { header: "x-signature", encoding: "hex" },
      });
      for (const { tcId, msg, sig, result } of group.tests) {
        seen++;
        const outcome = await outcomeOf(auth, { body: Buffer.from(msg, "hex"), headers: { "x-signature": sig } });
        if ((outcome === "proven") !== (result === "valid")) differing.push(tcId);
      }
    }
    expect(differing).toEqual([]);
    expect(seen).toBe(count);
  });
});

describe("misuse", () => {
  const weak = generateKeyPairSync("rsa", { modulusLength: 1024 });
  it.each<[string, unknown, RegExp]>([
    ["no source", { ...timed, algorithm: "ed25519" }, /exactly one of publicKey, keys, jwksUrl, certificate.*got none/],
    ["two sources", { ...edOptions, jwksUrl: "https://x.test/j" }, /got publicKey and jwksUrl/],
    ["an unset variable", { ...edOptions, publicKey: undefined }, /publicKey is missing; set the environment variable/],
    ["a private key", { ...edOptions, publicKey: pkcs8(ed.privateKey) }, /is a private key/],
    ["a private JWK", { ...edOptions, publicKey: ed.privateKey.export({ format: "jwk" }) }, /private or secret JWK/],
    ["a whsk_ key", { ...edOptions, publicKey: "whsk_abc" }, /is a private key/],
    ["a shared secret", { ...edOptions, publicKey: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" }, /shared secret/],
    ["broken PEM", { ...edOptions, publicKey: "-----BEGIN PUBLIC KEY-----\nxx" }, /not well-formed PEM/],
    ["a blank key", { ...edOptions, publicKey: "  " }, /is blank/],
    ["an empty list", { ...edOptions, publicKey: [] }, /list is empty/],
    ["six keys", { ...edOptions, publicKey: Array(6).fill(spki(ed.publicKey)) }, /at most 5/],
    [
      "another type of key",
      { ...edOptions, publicKey: spki(rsa.publicKey) },
      /is of type rsa, and ed25519 needs ed25519/,
    ],
    [
      "another curve",
      { ...edOptions, algorithm: "ecdsa-p256-sha256", publicKey: spki(p384.publicKey) },
      /curve secp384r1/,
    ],
    [
      "a weak RSA key",
      { ...edOptions, algorithm: "rsa-v1_5-sha256", publicKey: spki(weak.publicKey) },
      /has 1024 bits/,
    ],
    ["an unknown algorithm", { ...edOptions, algorithm: "none" }, /algorithm must be one of ed25519/],
    ["an unknown option", { ...edOptions, algoritm: "ed25519" }, /did you mean "algorithm"/],
    ["keys without keyId", { ...timed, algorithm: "ed25519", keys: { a: spki(ed.publicKey) } }, /keyId must be header/],
    ["no keys", { ...timed, algorithm: "ed25519", keys: {}, keyId: header("k") }, /at least one key by its id/],
    ["an http key set", { ...timed, algorithm: "ed25519", jwksUrl: "http://x.test/j" }, /must be https/],
    [
      "SHA-1 beside a key set",
      { ...timed, algorithm: "rsa-v1_5-sha1", jwksUrl: "https://x.test/j" },
      /no name in key sets/,
    ],
    ["a time that is not signed", { ...edOptions, signed: "{body}" }, /time in header x-timestamp is not signed/],
  ])("throws for %s", (_name, options, message) => {
    expect(() => publicKey(options as PublicKeyOptions)).toThrow(TypeError);
    expect(() => publicKey(options as PublicKeyOptions)).toThrow(message);
    expect(() => publicKey(options as PublicKeyOptions)).toThrow(/^publicKey: /);
  });

  it("never quotes a key in an error", () => {
    const quoted = "MCowBQYDK2VwAyEAJrQLj5P-mistyped";
    try {
      publicKey({ ...edOptions, publicKey: quoted });
      expect.unreachable();
    } catch (error) {
      expect((error as Error).message).not.toContain(quoted.slice(0, 8));
    }
  });

  it("asks for a private key that fits, when it is to sign", async () => {
    const auth = publicKey(edOptions);
    await expect(signed(auth)).rejects.toThrow(/key is needed/);
    await expect(signed(auth, {}, "junk")).rejects.toThrow(/must be a private key/);
    await expect(signed(auth, {}, pkcs8(rsa.privateKey))).rejects.toThrow(/is of type rsa/);
  });

  it("reads key ids from body and query too", async () => {
    for (const [keyId, over] of [
      [json("kid"), { body: Buffer.from('{"kid":"k"}') }],
      [form("kid"), { body: Buffer.from("kid=k") }],
      [query("kid"), { url: "https://example.com/h?kid=k" }],
    ] as const) {
      const auth = publicKey({ ...timed, algorithm: "ed25519", keyId, keys: { k: spki(ed.publicKey) } });
      expect(await outcomeOf(auth, received(await signed(auth, over, pkcs8(ed.privateKey))))).toBe("proven");
    }
  });
});
