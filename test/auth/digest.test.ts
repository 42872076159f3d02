import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { type DigestOptions, digest } from "../../src/auth/schemes/digest.js";
import { form, header } from "../../src/core/field.js";
import {
  expectEveryBodyBitBound,
  expectNoThrow,
  NOW_MS,
  outcomeOf,
  proofOf,
  received,
  signed,
  vectors,
} from "./proving.js";

const SECRET = "a secret of 24 bytes, ok";
const BODY = '{"id":"evt_1"}';
const signature = { header: "x-signature", encoding: "hex" } as const;
const options: DigestOptions = { secret: SECRET, signed: "{body}{secret}", signature };
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

describe("a hash with the secret in it", () => {
  it.each<[string, Partial<DigestOptions>]>([
    ["in front", { signed: "{secret}{body}" }],
    ["behind", {}],
    ["in the middle", { signed: "{method}{secret}{body}" }],
    ["behind a time", { signed: "{body}{timestamp}{secret}", timestamp: header("x-time", "unix-seconds") }],
    ["as base64", { signature: { header: "x-signature", encoding: "base64" } }],
    ["as HEX with a prefix", { signature: { header: "x-signature", encoding: "HEX", prefix: "H=" } }],
    ["by md5", { algorithm: "md5" }],
    ["by sha1", { algorithm: "sha1" }],
    ["by sha384", { algorithm: "sha384" }],
    ["by sha512", { algorithm: "sha512" }],
  ])("%s: accepts what it signs, and nothing with a bit flipped", async (_name, over) => {
    const auth = digest({ ...options, ...over });
    await expectEveryBodyBitBound(auth, await signed(auth));
    await expectNoThrow(auth, "x-signature", await signed(auth));
  });

  it("hashes the bytes that the template says", async () => {
    const headers = { "x-signature": sha256(`${SECRET}POSThttps://example.com/hooks?a=1${BODY}`) };
    const auth = digest({ ...options, signed: "{secret}{method}{url}{body}" });
    expect(auth.needsPublicUrl).toBe(true);
    expect(await proofOf(auth, { headers, body: BODY })).toMatchObject({
      ok: true,
      covers: { body: true, method: true, url: true },
    });
    expect(await outcomeOf(auth, { headers, body: BODY, method: "PUT" })).toBe("unauthenticated");
    expect(await outcomeOf(auth, { headers, body: BODY }, { publicUrls: [] })).toBe("misconfigured");
  });

  it("no value of a delivery can mark the place of the secret", async () => {
    const auth = digest({ ...options, signed: "{header:x-first}{secret}{body}" });
    const moved = { "x-first": "a\uffffb", "x-signature": sha256(`a${SECRET}b\u00ff${BODY}`) };
    expect(await outcomeOf(auth, { headers: moved, body: BODY })).toBe("bad_credentials");
    const right = { "x-first": "a", "x-signature": sha256(`a${SECRET}${BODY}`) };
    expect(await outcomeOf(auth, { headers: right, body: BODY })).toBe("proven");
  });

  it("hashes a secret as UTF-8, and one with a dollar sign as it is", async () => {
    for (const secret of ["geheim-äöü-sehr-lang-genug", "a $& secret $1 of many $$ bytes"]) {
      const headers = { "x-signature": sha256(BODY + secret) };
      expect(await outcomeOf(digest({ ...options, secret }), { headers, body: BODY })).toBe("proven");
    }
  });

  it("hashes the texts of a function, with the secret at the configured place", async () => {
    const texts = { covers: { body: true, method: false, url: false, headers: [] }, texts: () => ["some text"] };
    for (const [secretAt, text] of [
      ["start", `${SECRET}some text`],
      ["end", `some text${SECRET}`],
    ] as const) {
      const auth = digest({ ...options, signed: texts, secretAt });
      expect(await outcomeOf(auth, { headers: { "x-signature": sha256(text) } })).toBe("proven");
    }
  });

  it("reads the hash from a form field (PayPro, Quoter)", async () => {
    const auth = digest({
      ...options,
      algorithm: "md5",
      signed: "{form:order}:{secret}",
      signature: { at: form("hash"), encoding: "hex" },
    });
    const request = await signed(auth, { body: Buffer.from("order=1") });
    expect(await proofOf(auth, received(request))).toMatchObject({
      ok: true,
      covers: { body: false, fields: ["order"] },
    });
    const forged = Buffer.from(request.body.toString().replace("order=1", "order=2"));
    expect(await outcomeOf(auth, received({ ...request, body: forged }))).toBe("unauthenticated");
  });

  it.each([
    ["absent", undefined, "unauthenticated"],
    ["empty", "", "bad_credentials"],
    ["cut off", sha256(BODY + SECRET).slice(1), "bad_credentials"],
    ["in upper case", sha256(BODY + SECRET).toUpperCase(), "bad_credentials"],
    ["of the body alone", sha256(BODY), "unauthenticated"],
    ["of another secret", sha256(`${BODY}other`), "unauthenticated"],
    ["twice", [sha256(BODY + SECRET), sha256(BODY + SECRET)], "bad_credentials"],
  ])("a hash that is %s", async (_name, value, expected) => {
    expect(await outcomeOf(digest(options), { headers: { "x-signature": value }, body: BODY })).toBe(expected);
  });

  it("tries every secret while rotating, and passes the time on", async () => {
    const auth = digest({
      ...options,
      secret: ["another secret, 24 bytes", SECRET],
      signed: "{timestamp}{body}{secret}",
      timestamp: header("x-time", "unix-seconds"),
    });
    const headers = { "x-time": String(NOW_MS / 1000), "x-signature": sha256(`${NOW_MS / 1000}${BODY}${SECRET}`) };
    expect(await proofOf(auth, { headers, body: BODY })).toMatchObject({ ok: true, keyIndex: 1, sentAtMs: NOW_MS });
  });

  it("decides by what a secret function answers", async () => {
    const outcomeWith = (secret: () => unknown) =>
      outcomeOf(digest({ ...options, secret: secret as never }), {
        headers: { "x-signature": sha256(BODY + SECRET) },
        body: BODY,
      });
    expect(await outcomeWith(() => SECRET)).toBe("proven");
    expect(await outcomeWith(async () => [SECRET])).toBe("proven");
    expect(await outcomeWith(() => null)).toBe("unauthenticated");
    expect(await outcomeWith(() => Promise.reject(new Error("down")))).toBe("undecided");
    expect(await outcomeWith(() => undefined)).toBe("misconfigured");
  });
});

describe("HubSpot's vectors", () => {
  it.each(
    vectors("body-signatures", "hubspot").filter(
      ({ headers }) => headers["x-hubspot-signature-version"] !== "v3" && headers["x-hubspot-signature"],
    ),
  )("accepts $description", async ({ method, url, headers, body, secretOrKey }) => {
    const isSecond = headers["x-hubspot-signature-version"] === "v2";
    const auth = digest({
      secret: secretOrKey,
      signed: isSecond ? "{secret}{method}{url}{body}" : "{secret}{body}",
      signature: { header: "x-hubspot-signature", encoding: "hex" },
    });
    const moment = url === null ? {} : { publicUrls: [url] };
    expect(await outcomeOf(auth, { method, headers, body }, moment)).toBe("proven");
    expect(await outcomeOf(auth, { method, headers, body: `${body} ` }, moment)).toBe("unauthenticated");
  });
});

describe("misuse", () => {
  it.each<[string, object, RegExp]>([
    ["no {secret}", { signed: "{body}" }, /\{secret\} once/],
    ["{secret} twice", { signed: "{secret}{body}{secret}" }, /\{secret\} once/],
    ["nothing but the secret", { signed: "{secret}" }, /nothing would be proven/],
    ["no template", { signed: undefined }, /\{secret\} once/],
    ["an unknown placeholder", { signed: "{secret}{boddy}" }, /did you mean \{body\}/],
    ["an unknown algorithm", { algorithm: "sha3" }, /algorithm must be one of/],
    ["a missing secret", { secret: undefined }, /secret is missing/],
    ["an unknown option", { digest: "x" }, /unknown option/],
    ["secretAt beside a template", { secretAt: "end" }, /a template has \{secret\}/],
  ])("throws for %s", (_name, over, message) => {
    expect(() => digest({ ...options, ...over } as DigestOptions)).toThrow(message);
    expect(() => digest({ ...options, ...over } as DigestOptions)).toThrow(/^digest: /);
  });

  it("warns of a secret in front, unless nothing can be appended", () => {
    expect(digest({ ...options, signed: "{secret}{body}" }).warnings).toEqual([
      expect.stringMatching(/forge longer ones/),
    ]);
    expect(digest({ ...options, signed: "{secret}{body}", algorithm: "sha384" }).warnings).toEqual([]);
    expect(digest(options).warnings).toEqual([]);
  });
});
