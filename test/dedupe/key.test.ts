// Dedupe keys: equal for copies of one event, different for everything else.
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { transform } from "esbuild";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bodyDigest, dedupeKey, dedupeKeyMaker, type KeyParts } from "../../src/dedupe/key.js";

const parts: KeyParts = { scope: "billing", sender: "stripe", tenant: undefined, id: "evt_1" };

/** Any text a sender could send, lone surrogates, NUL, digits and colons among it. */
const anyText = fc.string({
  unit: fc.oneof(fc.constantFrom(":", "1", "-", "\u0000", "\ud800", "\udfff"), fc.string()),
});
const anyParts = fc.record({
  scope: fc.option(anyText, { nil: undefined }),
  sender: anyText,
  tenant: fc.option(anyText, { nil: undefined }),
  id: anyText,
});

describe("dedupeKey", () => {
  it("is SHA-256 over U+0001 and the length-prefixed parts in UTF-16LE, as base64url", () => {
    const bytes = Buffer.from("\u00017:billing6:stripe-5:evt_1", "utf16le");
    expect(dedupeKey(parts)).toBe(createHash("sha256").update(bytes).digest("base64url"));
  });

  it("never changes: a shared store holds keys of older versions", () => {
    expect(dedupeKey(parts)).toBe("Jmq7gYjwCme1xVQ2BxGlLMvAbkhbqkwEgXxHPZRmDNQ");
  });

  it.each([
    ["another scope", { scope: "crm" }],
    ["no scope", { scope: undefined }],
    ["another sender", { sender: "github" }],
    ["a tenant", { tenant: "acme" }],
    ["the empty tenant", { tenant: "" }],
    ["another id", { id: "evt_2" }],
    ["an id in other case", { id: "EVT_1" }],
    ["an id with a space", { id: "evt_1 " }],
  ])("differs for %s", (_, change) => {
    expect(dedupeKey({ ...parts, ...change })).not.toBe(dedupeKey(parts));
  });

  it.each<[string, Partial<KeyParts>, Partial<KeyParts>]>([
    ["no scope and the empty scope", { scope: undefined }, { scope: "" }],
    ["no tenant and the tenant that is called -", { tenant: undefined }, { tenant: "-" }],
    ["a:b + c and a + b:c", { tenant: "a:b", id: "c" }, { tenant: "a", id: "b:c" }],
    ["a part that looks like two", { tenant: "x", id: "y" }, { tenant: undefined, id: "1:x1:y" }],
    ["tenant and scope exchanged", { scope: "a", tenant: "b" }, { scope: "b", tenant: "a" }],
    ["two lone surrogates", { id: "\ud800" }, { id: "\ud801" }],
    ["a lone surrogate and U+FFFD", { id: "\ud800" }, { id: "\ufffd" }],
    ["a high and a low surrogate alone", { id: "\ud83d" }, { id: "\udd8a" }],
    ["with and without NUL", { id: "a\u0000" }, { id: "a" }],
    ["NUL before and after", { id: "\u0000a" }, { id: "a\u0000" }],
    ["composed and decomposed characters", { id: "é" }, { id: "e\u0301" }],
    ["a character and its bytes as characters", { id: "\u0141" }, { id: "A\u0001" }],
  ])("keeps apart: %s", (_, one, other) => {
    expect(dedupeKey({ ...parts, ...one })).not.toBe(dedupeKey({ ...parts, ...other }));
  });

  it("has 43 base64url characters for any parts", () => {
    fc.assert(fc.property(anyParts, (any) => /^[A-Za-z0-9_-]{43}$/.test(dedupeKey(any))));
  });

  it("is equal only for equal parts", () => {
    fc.assert(
      fc.property(anyParts, anyParts, (one, other) => {
        const areEqual = (["scope", "sender", "tenant", "id"] as const).every((name) => one[name] === other[name]);
        expect(dedupeKey(one) === dedupeKey(other)).toBe(areEqual);
      }),
    );
  });

  it("is equal however the text is split into parts that join to it only if the split is", () => {
    fc.assert(
      fc.property(anyText, fc.nat(20), fc.nat(20), (text, at, otherAt) => {
        const split = (where: number) => ({ ...parts, tenant: text.slice(0, where), id: text.slice(where) });
        const isSame = Math.min(at, text.length) === Math.min(otherAt, text.length);
        expect(dedupeKey(split(at)) === dedupeKey(split(otherAt))).toBe(isSame);
      }),
    );
  });
});

describe("dedupeKeyMaker", () => {
  it("makes the keys that dedupeKey makes", () => {
    fc.assert(
      fc.property(anyParts, (any) => {
        expect(dedupeKeyMaker(any)(any.tenant, any.id)).toBe(dedupeKey(any));
      }),
    );
  });
});

describe("bodyDigest", () => {
  it.each([
    // FIPS 180-4 examples, and the empty message.
    ["abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
    ["", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
  ])("is SHA-256 of the bytes, base64url: %j", (text, hex) => {
    expect(bodyDigest(Buffer.from(text))).toBe(Buffer.from(hex, "hex").toString("base64url"));
  });

  it("takes a view of a larger buffer as its own bytes", () => {
    const large = new Uint8Array([1, 97, 98, 99, 2]);
    expect(bodyDigest(large.subarray(1, 4))).toBe(bodyDigest(Buffer.from("abc")));
  });
});

// A bundle loaded this module after claims.ts, which digests while it loads: "sha2562 is not a function".
it("digests before its own module has run, as bundlers may order it", async () => {
  const source = await readFile(new URL("../../src/dedupe/key.ts", import.meta.url), "utf8");
  const { code } = await transform(source, { loader: "ts", format: "esm" });
  const url = `data:text/javascript,${encodeURIComponent(`export const early = bodyDigest(new Uint8Array());\n${code}`)}`;
  const { early } = (await import(/* @vite-ignore */ url)) as { early: string };
  expect(early).toBe(bodyDigest(new Uint8Array()));
});
