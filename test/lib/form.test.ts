// Forms are parsed as senders write them, in time that grows with their length.
import { parse, stringify } from "node:querystring";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type FormFields,
  formatForm,
  MAX_FORM_FIELDS,
  onlyField,
  parseForm,
  parseFormBody,
} from "../../src/lib/form.js";

function fieldsOf(text: string): FormFields {
  const parsed = parseForm(text);
  if (!parsed.ok) throw new Error(parsed.hint);
  return parsed.value;
}

describe("parseForm accepts", () => {
  it.each<[string, string, Record<string, string | string[]>]>([
    ["nothing", "", {}],
    ["one field", "a=1", { a: "1" }],
    ["several fields", "a=1&b=2", { a: "1", b: "2" }],
    ["a plus as a space, in names and values", "a+b=c+d", { "a b": "c d" }],
    ["an escaped plus as a plus", "a=1%2B1", { a: "1+1" }],
    ["escapes in upper and lower case", "a=%e2%82%AC", { a: "€" }],
    ["an escaped ampersand and equals sign", "a%3Db=c%26d", { "a=b": "c&d" }],
    ["a broken escape as it is", "a=100%&b=%zz&c=%4", { a: "100%", b: "%zz", c: "%4" }],
    ["a broken escape beside good ones and a plus", "a=%41+%zz", { a: "A %zz" }],
    ["escaped bytes that are not UTF-8 as U+FFFD", "a=%ff", { a: "\ufffd" }],
    ["an empty value", "a=&b=1", { a: "", b: "1" }],
    ["a name without an equals sign", "a&b=1", { a: "", b: "1" }],
    ["an empty name", "=1", { "": "1" }],
    ["a value with equals signs", "a=b=c==", { a: "b=c==" }],
    ["empty pieces as nothing", "&&a=1&&b=2&", { a: "1", b: "2" }],
    ["a repeated name as an array, in order", "a=1&b=x&a=2&a=", { a: ["1", "2", ""], b: "x" }],
    ["brackets as part of the name", "a[]=1&a[b]=2", { "a[]": "1", "a[b]": "2" }],
    ["a leading question mark as part of the name", "?a=1", { "?a": "1" }],
    ["text that was never escaped", "name=Grüße 日本", { name: "Grüße 日本" }],
    ["never escaped text beside a broken escape", "name=é%zz", { name: "é%zz" }],
    ["names of Object's own members", "constructor=1&toString=2", { constructor: "1", toString: "2" }],
  ])("%s", (_name, text, fields) => {
    expect({ ...fieldsOf(text) }).toEqual(fields);
  });

  it("gives an object without a prototype, in which nothing is found but fields", () => {
    const fields = fieldsOf("a=1");
    expect(Object.getPrototypeOf(fields)).toBeNull();
    expect(fields.toString).toBeUndefined();
  });
});

describe("parseForm rejects", () => {
  it.each([
    ["plainly", "__proto__=1"],
    ["escaped", "%5f_proto__=1"],
    ["repeated, which would make an array of it", "__proto__=1&__proto__=2"],
  ])("a field named __proto__, %s", (_name, text) => {
    expect(parseForm(text)).toEqual({ ok: false, hint: expect.stringContaining("__proto__") });
  });

  it("1,001 fields, and takes 1,000", () => {
    const fields = (count: number) => Array.from({ length: count }, (_, at) => `f${at}=1`).join("&");
    expect(parseForm(fields(MAX_FORM_FIELDS)).ok).toBe(true);
    expect(parseForm(fields(MAX_FORM_FIELDS + 1))).toEqual({ ok: false, hint: expect.stringContaining("1000") });
  });

  it("one name repeated too often", () => {
    expect(parseForm("a=1&".repeat(MAX_FORM_FIELDS + 1)).ok).toBe(false);
  });
});

describe("parseForm, as a property", () => {
  const pieces = fc.array(fc.tuple(fc.string({ unit: "grapheme" }), fc.string({ unit: "binary" })), { maxLength: 30 });

  it("agrees with URLSearchParams on whatever that writes", () => {
    fc.assert(
      fc.property(pieces, (pairs) => {
        const wanted = new URLSearchParams(pairs);
        wanted.delete("__proto__");
        const fields = fieldsOf(wanted.toString());
        expect(Object.keys(fields).sort()).toEqual([...new Set(wanted.keys())].sort());
        for (const name of wanted.keys()) expect([fields[name]].flat()).toEqual(wanted.getAll(name));
      }),
    );
  });

  it("agrees with URLSearchParams on any text, broken escapes included", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "%", "4", "1", "f", "+", "=", "&", "é", "z", ";", "?") });
    fc.assert(
      fc.property(text, (form) => {
        const wanted = new URLSearchParams(`&${form}`);
        const fields = fieldsOf(form);
        expect(Object.keys(fields).sort()).toEqual([...new Set(wanted.keys())].sort());
        for (const name of wanted.keys()) expect([fields[name]].flat()).toEqual(wanted.getAll(name));
      }),
    );
  });
});

describe("parseFormBody", () => {
  it.each<[string, Uint8Array, string | undefined]>([
    ["takes off a byte order mark", Buffer.from("\ufeffa=1"), "1"],
    ["keeps a NUL", Buffer.from("a=1\0"), "1\0"],
    ["refuses bytes that are not UTF-8", Buffer.from([0x61, 0x3d, 0xff]), undefined],
    ["refuses an overlong sequence", Buffer.from([0x61, 0x3d, 0xc0, 0xaf]), undefined],
  ])("%s", (_name, bytes, value) => {
    const form = parseFormBody(bytes);
    expect(form.ok ? form.value.a : undefined).toBe(value);
  });
});

describe("onlyField", () => {
  it.each([
    ["a field that is there once", "a=1&b=2", "1"],
    ["a field that is not there", "b=2", undefined],
    ["an empty field", "a=&b=2", ""],
    ["the name of one of Object's own members", "b=2", undefined],
  ])("reads %s", (name, text, value) => {
    expect(onlyField(parseForm(text), name.includes("Object") ? "toString" : "a")).toBe(value);
  });

  it.each([
    ["a field that came twice", "a=1&a=1"],
    ["a form that cannot be read", "a=1&__proto__=2"],
  ])("says of %s that it is repeated", (_name, text) => {
    expect(typeof onlyField(parseForm(text), "a")).toBe("symbol");
  });
});

describe("formatForm", () => {
  // In a URL all else is ASCII.
  const query = fc.array(
    fc.constantFrom("a", "b", "1", "=", "&", "+", "%20", "%2B", "%zz", "%ff", "%E2%82%AC", "~", "'", ";", "?", "[]"),
    { maxLength: 12 },
  );

  it("writes a query that was read as node:querystring does, and so as older libraries of Twilio", () => {
    fc.assert(
      fc.property(query, (pieces) => {
        const text = pieces.join("");
        expect(formatForm(fieldsOf(text))).toBe(stringify(parse(text)));
      }),
      { numRuns: 2_000 },
    );
  });

  it("has no text for half of a surrogate pair", () => {
    expect(formatForm({ a: "\ud800" })).toBeUndefined();
  });
});
