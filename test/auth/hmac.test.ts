import { createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hmac } from "../../src/auth/schemes/hmac.js";
import type { HmacOptions } from "../../src/auth/signature/compile.js";
import { param } from "../../src/auth/signature/signature.js";
import type { Auth, Proof, SignableRequest } from "../../src/core/auth.js";
import { type DeliveryInput, toDelivery } from "../../src/core/delivery.js";
import { form, header, json, query } from "../../src/core/field.js";
import type { HeadersInput } from "../../src/lib/headers.js";

const SECRET = "a secret of 24 bytes, ok";
const NOW_MS = 1_700_000_000_000;
const BODY = '{"id":"evt_1"}';
const URL_OF_OURS = "https://example.com/hooks?a=1";

const hub: HmacOptions = {
  secret: SECRET,
  signature: { header: "x-hub-signature-256", prefix: "sha256=", encoding: "hex" },
};
const stripeLike: HmacOptions = {
  secret: SECRET,
  signed: "{timestamp}.{body}",
  timestamp: param("t", "unix-seconds"),
  signature: { header: "stripe-signature", form: { pairs: "v1" }, encoding: "hex" },
};
const standard: HmacOptions = {
  secret: SECRET,
  signed: "{header:webhook-id}.{timestamp}.{body}",
  timestamp: header("webhook-timestamp", "unix-seconds"),
  signature: { header: "webhook-signature", form: { list: "v1,", separator: " " }, encoding: "base64" },
};

function hmacOf(text: string, encoding: "hex" | "base64", secret = SECRET): string {
  return createHmac("sha256", secret).update(text).digest(encoding);
}

const HEX = hmacOf(BODY, "hex");

async function verify(auth: Auth, delivery: DeliveryInput): Promise<Proof> {
  return auth.verify(toDelivery(delivery), { nowMs: NOW_MS, publicUrls: () => [URL_OF_OURS] });
}

/** `proven`, or the outcome of the refusal. */
async function outcomeOf(options: HmacOptions, headers: HeadersInput, body: string | Uint8Array = BODY) {
  const proof = await verify(hmac(options), { headers, body });
  return proof.ok ? "proven" : proof.outcome;
}

describe("values that stand beside each other", () => {
  const sideBySide = (patterns: Readonly<Record<string, RegExp>> | undefined): HmacOptions => ({
    secret: SECRET,
    signed: "{json:amount}{json:name}",
    signature: { header: "x-signature", encoding: "hex" },
    ...(patterns === undefined ? {} : { patterns }),
  });
  const digitsThenLetters = sideBySide({ "json:amount": /\d+/, "json:name": /[a-z].*/ });
  const headers = { "x-signature": hmacOf("12ab3", "hex") };

  it.each<[string, object, string]>([
    ["as they were signed", { amount: 12, name: "ab3" }, "proven"],
    ["with a digit moved to the right", { amount: 1, name: "2ab3" }, "bad_credentials"],
    ["with a letter moved to the left", { amount: "12a", name: "b3" }, "bad_credentials"],
    ["with all on the left", { amount: "12ab3", name: "" }, "bad_credentials"],
    ["with all on the right", { amount: "", name: "12ab3" }, "bad_credentials"],
    ["with a line break behind", { amount: "12\n", name: "ab3" }, "bad_credentials"],
  ])("are told apart by their patterns: %s", async (_name, members, expected) => {
    expect(await outcomeOf(digitsThenLetters, headers, JSON.stringify(members))).toBe(expected);
  });

  it("without patterns are not distinguished", async () => {
    expect(await outcomeOf(sideBySide(undefined), headers, '{"amount":"1","name":"2ab3"}')).toBe("proven");
  });

  it("are matched whole, whatever the expression's anchors and flags", async () => {
    const loose = sideBySide({ "json:amount": /1|2/g, "json:name": /a/my });
    for (let i = 0; i < 2; i++) {
      expect(await outcomeOf(loose, headers, '{"amount":12,"name":"ab3"}')).toBe("bad_credentials");
    }
  });

  it("a time cannot start with a zero of the value before it", async () => {
    const bodyFirst: HmacOptions = {
      secret: SECRET,
      signed: "{body}{timestamp}",
      timestamp: header("x-time", "unix-seconds"),
      signature: { header: "x-signature", encoding: "hex" },
    };
    const signature = hmacOf("a=101700000000", "hex");
    const outcome = (time: string, body: string) =>
      outcomeOf(bodyFirst, { "x-time": time, "x-signature": signature }, body);
    expect(await outcome("1700000000", "a=10")).toBe("proven");
    expect(await outcome("01700000000", "a=1")).toBe("bad_credentials");
  });

  it.each<[string, object, RegExp]>([
    ["is not in signed", { patterns: { "json:amuont": /1/ } }, /patterns has "json:amuont", which is not in signed/],
    [
      "is no expression",
      { patterns: { "json:amount": "1" } },
      /patterns\["json:amount"\] must be a regular expression/,
    ],
    ["is for no template", { signed: { covers: {}, texts: () => [] }, patterns: {} }, /patterns is for a template/],
  ])("throws for a pattern that %s", (_name, over, message) => {
    expect(() => hmac({ ...digitsThenLetters, ...over } as HmacOptions)).toThrow(message);
  });
});

describe("the text of one signature", () => {
  it.each<[string, string, string]>([
    ["as the sender writes it", `sha256=${HEX}`, "proven"],
    ["empty", "", "bad_credentials"],
    ["a prefix and nothing", "sha256=", "bad_credentials"],
    ["no prefix", HEX, "bad_credentials"],
    ["a prefix in upper case", `SHA256=${HEX}`, "unauthenticated"],
    ["upper-case digits", `sha256=${HEX.toUpperCase()}`, "bad_credentials"],
    ["one digit short", `sha256=${HEX.slice(0, -1)}`, "bad_credentials"],
    ["one digit more", `sha256=${HEX}0`, "bad_credentials"],
    ["junk behind it", `sha256=${HEX}zz`, "bad_credentials"],
    ["a space inside", `sha256= ${HEX.slice(1)}`, "bad_credentials"],
    [
      "a character whose low byte is the right one",
      `sha256=${String.fromCharCode(HEX.charCodeAt(0) + 256)}${HEX.slice(1)}`,
      "bad_credentials",
    ],
    ["the older sha1", `sha1=${HEX.slice(0, 40)}`, "unauthenticated"],
    ["another signature", `sha256=${"0".repeat(64)}`, "unauthenticated"],
    ["base64 of the right one", `sha256=${hmacOf(BODY, "base64")}`, "bad_credentials"],
  ])("%s", async (_name, value, expected) => {
    expect(await outcomeOf(hub, { "x-hub-signature-256": value })).toBe(expected);
  });

  it("refuses every other length, and never throws", async () => {
    for (let length = 0; length < 64; length++) {
      expect(await outcomeOf(hub, { "x-hub-signature-256": `sha256=${HEX.slice(0, length)}` })).toBe("bad_credentials");
    }
  });

  it("says of an absent signature that it is absent, for anyOf", async () => {
    expect(await verify(hmac(hub), { body: BODY })).toMatchObject({ outcome: "unauthenticated", isAbsent: true });
  });

  it("accepts base64 only as it is written", async () => {
    const options: HmacOptions = { secret: SECRET, signature: { header: "x-s", encoding: "base64" } };
    const right = hmacOf(BODY, "base64");
    expect(await outcomeOf(options, { "x-s": right })).toBe("proven");
    for (const value of [
      right.replace("=", ""),
      `${right}=`,
      right.replaceAll("+", "-").replaceAll("/", "_").replace("=", ""),
      "YQ==YQ==",
    ]) {
      expect(await outcomeOf(options, { "x-s": value })).not.toBe("proven");
    }
  });
});

describe("repeated headers", () => {
  const id = "msg_1";
  const seconds = "1700000000";
  const right = `v1,${hmacOf(`${id}.${seconds}.${BODY}`, "base64")}`;
  const headers = { "webhook-id": id, "webhook-timestamp": seconds, "webhook-signature": right };

  it("accepts single headers", async () => {
    expect(await outcomeOf(standard, headers)).toBe("proven");
  });

  it.each(Object.entries(headers))("refuses %s twice, although one or both are right", async (name, value) => {
    for (const values of [
      [value, value],
      [value, "v1,AAAA"],
      ["1", value],
    ]) {
      expect(await outcomeOf(standard, { ...headers, [name]: values })).toBe("bad_credentials");
    }
  });

  it("refuses an id that contains the dot that follows it", async () => {
    // One signature for two readings: id "a", body "1700000001.x", and id "a.1700000000", body "x".
    const signature = `v1,${hmacOf("a.1700000000.1700000001.x", "base64")}`;
    const first = { "webhook-id": "a", "webhook-timestamp": "1700000000", "webhook-signature": signature };
    const second = { "webhook-id": "a.1700000000", "webhook-timestamp": "1700000001", "webhook-signature": signature };
    expect(await outcomeOf(standard, first, "1700000001.x")).toBe("proven");
    expect(await outcomeOf(standard, second, "x")).toBe("bad_credentials");
  });
});

describe("several signatures", () => {
  const base = { "webhook-id": "msg_1", "webhook-timestamp": "1700000000" };
  const right = hmacOf(`msg_1.1700000000.${BODY}`, "base64");
  const wrong = hmacOf("other", "base64");
  const list = (...items: string[]) => outcomeOf(standard, { ...base, "webhook-signature": items.join(" ") });

  it("accepts the tenth of ten, and refuses eleven although one is right", async () => {
    expect(await list(...Array<string>(9).fill(`v1,${wrong}`), `v1,${right}`)).toBe("proven");
    expect(await list(`v1,${right}`, ...Array<string>(10).fill(`v1,${wrong}`))).toBe("bad_credentials");
  });

  it("skips signatures of other versions", async () => {
    expect(await list(`v1a,${right}`, `v1,${right}`)).toBe("proven");
    expect(await list(`v1a,${right}`)).toBe("unauthenticated");
    expect(await list(`v2,${right}`)).toBe("unauthenticated");
  });

  it.each(["v1,", "v1", ",", " ", "v1, ", "v1,AAAA"])("refuses %j", async (value) => {
    expect(await outcomeOf(standard, { ...base, "webhook-signature": value })).not.toBe("proven");
  });
});

describe("the signed time", () => {
  const signedAt = (time: string) => `t=${time},v1=${hmacOf(`${time}.${BODY}`, "hex")}`;
  const stripe = (value: string) => outcomeOf(stripeLike, { "stripe-signature": value });

  it("passes the time on, in milliseconds", async () => {
    const proof = await verify(hmac(stripeLike), {
      body: BODY,
      headers: { "stripe-signature": signedAt("1700000000") },
    });
    expect(proof).toMatchObject({ ok: true, keyIndex: 0, sentAtMs: NOW_MS, covers: { body: true } });
  });

  it.each([
    ["scientific", "1e10"],
    ["hexadecimal", "0x65"],
    ["a space before", " 1700000000"],
    ["a plus", "+1700000000"],
    ["letters behind", "1700000000abc"],
    ["a fraction", "1700000000.9"],
    ["Arabic digits", "١٧٠٠٠٠٠٠٠٠"],
    ["empty", ""],
    ["negative", "-1"],
    ["20 digits", "17000000000000000000"],
    ["letters", "abc"],
  ])("refuses %s as malformed, although it is signed as it stands", async (_name, time) => {
    expect(await stripe(signedAt(time))).toBe("bad_credentials");
  });

  it("refuses the time twice, even alike", async () => {
    const value = signedAt("1700000000");
    expect(await stripe(`t=1700000000,${value}`)).toBe("bad_credentials");
    expect(await stripe(`t=1,${value}`)).toBe("bad_credentials");
    expect(await stripe(`${value},t=1`)).toBe("bad_credentials");
  });

  it.each(["t=1700000000", "t=1700000000,v1=", "v1=", "t=", `v1=${HEX}`, "t=1700000000,,v1=00"])(
    "refuses %j",
    async (value) => {
      expect(await stripe(value)).not.toBe("proven");
    },
  );

  it("signs the time as it came: leading zeros are not normalised away", async () => {
    expect(await stripe(signedAt("0001700000000"))).toBe("proven");
    expect(await stripe(`t=0001700000000,v1=${hmacOf(`1700000000.${BODY}`, "hex")}`)).toBe("unauthenticated");
  });
});

describe("rotation", () => {
  const SECOND = "another secret of 26 bytes";

  it("says which key matched, and signs with the first", async () => {
    const auth = hmac({ ...hub, secret: [SECOND, SECRET] });
    const headers = { "x-hub-signature-256": `sha256=${HEX}` };
    expect(await verify(auth, { headers, body: BODY })).toMatchObject({ ok: true, keyIndex: 1 });
    const signed = await auth.sign?.(requestOf(BODY));
    expect(signed?.headers["x-hub-signature-256"]).toBe(`sha256=${hmacOf(BODY, "hex", SECOND)}`);
  });

  it("refuses a secret that was rotated away", async () => {
    expect(await outcomeOf({ ...hub, secret: SECOND }, { "x-hub-signature-256": `sha256=${HEX}` })).toBe(
      "unauthenticated",
    );
  });
});

describe("misuse throws when built", () => {
  it.each<[string, Record<string, unknown>, RegExp]>([
    ["an unknown option", { ...hub, algoritm: "sha256" }, /did you mean "algorithm"/],
    ["an unknown algorithm", { ...hub, algorithm: "md5" }, /algorithm/],
    ["no signature", { secret: SECRET }, /signature/],
    ["an unknown encoding", { ...hub, signature: { header: "x", encoding: "base32" } }, /encoding/],
    ["no options", undefined as never, /^hmac: options must be an object, \{ secret, .*; got nothing$/],
    ["a secret alone", SECRET as never, /; got a string$/],
    ["a header that is no name", { ...hub, signature: { header: 5, encoding: "hex" } }, /header must be .*; got 5$/],
    ["no place", { ...hub, signature: { encoding: "hex" } }, /; got neither header nor at$/],
    [
      "a place that is none",
      { ...hub, signature: { at: null, encoding: "hex" } },
      /signature.at must be .*; got null$/,
    ],
    [
      "a separator that is no text",
      { ...hub, signature: { ...stripeLike.signature, form: { pairs: "v1", separator: 5 } } },
      /separator/,
    ],
    ["families that are no list", { ...hub, families: "svix" }, /families needs two names/],
    [
      "families without a name",
      { ...hub, signature: { ...hub.signature, header: "*-s" }, families: ["a", ""] },
      /families needs two/,
    ],
    ["no time", { ...hub, timestamp: null }, /one of unix-seconds, .*; got null$/],
    [
      "a time written otherwise",
      { ...hub, signed: "{timestamp}.{body}", timestamp: header("x-time", "unix" as never) },
      /got "unix"$/,
    ],
    ["keys of no length", { ...hub, minKeyBytes: 0 }, /minKeyBytes must be 1 or more, .*; got 0 and Infinity$/],
    ["an unknown placeholder", { ...hub, signed: "{bdoy}" }, /did you mean \{body\}/],
    ["a template without the delivery", { ...hub, signed: "v0" }, /placeholder/],
    ["the body twice", { ...hub, signed: "{body}{body}" }, /once/],
    ["a time that nothing locates", { ...hub, signed: "{timestamp}.{body}" }, /timestamp must say/],
    ["a time that is not signed", { ...hub, timestamp: header("x-time", "unix-seconds") }, /is not signed/],
    ["a star without families", { ...hub, signature: { header: "*-signature", encoding: "hex" } }, /families/],
    ["a form that is none", { ...hub, signature: { header: "x-s", encoding: "hex", form: "pairs" } }, /form must be/],
    ["a form without its words", { ...hub, signature: { header: "x-s", encoding: "hex", form: {} } }, /form must be/],
    ["a list without a start", { ...hub, signature: { header: "x-s", encoding: "hex", form: { list: 1 } } }, /in list/],
    ["a signature inside of the signed body", { ...hub, signature: { at: json("sig"), encoding: "hex" } }, /inside/],
  ])("%s", (_name, options, message) => {
    expect(() => hmac(options as unknown as HmacOptions)).toThrow(message);
  });
});

function requestOf(body: string | Uint8Array): SignableRequest {
  return {
    method: "POST",
    url: URL_OF_OURS,
    headers: { "webhook-id": "msg_1", "x-time": "1700000000" },
    body: Buffer.from(body),
    timestampMs: NOW_MS,
  };
}

function deliveryOf({ method, url, headers, body }: SignableRequest): DeliveryInput {
  return { method, url: url.slice("https://example.com".length), headers, body };
}

const described: readonly [string, HmacOptions][] = [
  ["hub", hub],
  ["stripe-like", stripeLike],
  ["standard", standard],
  [
    "method, target and header",
    {
      secret: SECRET,
      signed: "{method} {target} {header:x-time} {body}",
      signature: { header: "x-s", encoding: "base64url" },
    },
  ],
  ["the registered URL", { secret: SECRET, signed: "{url}{body}", signature: { header: "x-s", encoding: "base64" } }],
  ["sha512, HEX", { ...hub, algorithm: "sha512", signature: { header: "x-s", encoding: "HEX" } }],
  ["base64 of hex", { ...hub, signature: { header: "x-s", encoding: "base64-of-hex" } }],
  ["a signature in the query", { ...hub, signature: { at: query("sig"), encoding: "hex" } }],
  ["the digest of the body", { ...hub, signed: "{body:sha256}" }],
];

describe("properties", () => {
  it.each(described)("what sign makes, verify accepts: %s", async (_name, options) => {
    const auth = hmac(options);
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (body) => {
        const signed = (await auth.sign?.(requestOf(body))) as SignableRequest;
        expect(await verify(auth, deliveryOf(signed))).toMatchObject({ ok: true });
      }),
      { numRuns: 40 },
    );
  });

  it("what sign makes in a form field, verify accepts", async () => {
    const auth = hmac({ secret: SECRET, signed: "{form:a}{form:b}", signature: { at: form("sig"), encoding: "hex" } });
    const signed = (await auth.sign?.(requestOf("a=1&b=2"))) as SignableRequest;
    expect(await verify(auth, deliveryOf(signed))).toMatchObject({
      ok: true,
      covers: { body: false, fields: ["a", "b"] },
    });
  });

  it.each(described)("any bit of the body flipped is refused: %s", async (_name, options) => {
    const auth = hmac(options);
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 100 }), fc.nat(), async (body, at) => {
        const signed = (await auth.sign?.(requestOf(body))) as SignableRequest;
        const changed = Buffer.from(signed.body);
        const bit = at % (changed.length * 8);
        changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
        expect((await verify(auth, { ...deliveryOf(signed), body: changed })).ok).toBe(false);
      }),
      { numRuns: 40 },
    );
  });

  it.each(described)(
    "any character of any covered or credential header changed is refused: %s",
    async (_name, options) => {
      const auth = hmac(options);
      const signed = (await auth.sign?.(requestOf(BODY))) as SignableRequest;
      const names = [...auth.covers.headers, ...auth.credentialHeaders];
      for (const name of new Set(names)) {
        const value = signed.headers[name] as string;
        for (let at = 0; at < value.length; at++) {
          for (let bit = 0; bit < 7; bit++) {
            const other = String.fromCharCode(value.charCodeAt(at) ^ (1 << bit));
            const headers = { ...signed.headers, [name]: value.slice(0, at) + other + value.slice(at + 1) };
            const proof = await verify(auth, { ...deliveryOf(signed), headers });
            expect(proof.ok, `${name}: ${headers[name]}`).toBe(false);
          }
        }
      }
    },
  );

  it("refuses every other signature, and never throws", async () => {
    for (const options of [hub, stripeLike, standard]) {
      const auth = hmac(options);
      const [name] = auth.credentialHeaders as [string];
      await fc.assert(
        fc.asyncProperty(fc.string({ unit: "binary", maxLength: 200 }), async (value) => {
          const headers = { "webhook-id": "a", "webhook-timestamp": "1700000000", [name]: value };
          const proof = await verify(auth, { headers, body: BODY });
          expect(proof.ok ? "proven" : proof.outcome).toMatch(/^(unauthenticated|bad_credentials)$/);
        }),
        { numRuns: 100 },
      );
    }
  });

  it("never shows secret, expected signature or body in a hint", async () => {
    for (const value of ["", "sha256=", `sha256=${"0".repeat(64)}`, `sha256=${HEX}0`]) {
      const proof = await verify(hmac(hub), { headers: { "x-hub-signature-256": value }, body: BODY });
      expect(JSON.stringify(proof)).not.toMatch(new RegExp(`${SECRET}|${HEX}|evt_1`));
    }
  });
});
