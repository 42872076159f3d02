// JSON is parsed strictly: duplicate names, depth and numbers.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeUtf8, MAX_JSON_DEPTH, parseJson, parseJsonText } from "../../src/lib/json.js";

const parse = (text: string) => parseJson(Buffer.from(text));
const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
const nestedObjects = (depth: number) => `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;

describe("parseJson accepts", () => {
  it.each<[string, string, unknown]>([
    ["an object", '{"a":[1,{"b":null}]}', { a: [1, { b: null }] }],
    ["an array at the top", "[1,2]", [1, 2]],
    ["a lone number", "42", 42],
    ["a lone text", '"x"', "x"],
    ["null, true and false", "[null,true,false]", [null, true, false]],
    ["white space around everything", ' \t\r\n{ "a" : 1 } \n', { a: 1 }],
    ["all escapes", String.raw`"\"\\\/\b\f\n\r\tA"`, '"\\/\b\f\n\r\tA'],
    ["an escaped surrogate pair", String.raw`"\ud83d\ude00"`, "😀"],
    ["a lone surrogate, escaped", String.raw`"\ud800"`, "\ud800"],
    ["an escaped NUL", String.raw`{"a":"\u0000"}`, { a: "\0" }],
    ["a name that is empty", '{"":1}', { "": 1 }],
    ["text beyond the BMP", '"日本語 😀"', "日本語 😀"],
    ["large exponents", "1e3", 1000],
    ["a repeated name: the last one counts", '{"id":"a","id":"b"}', { id: "b" }],
    ["a byte order mark", '\ufeff{"a":1}', { a: 1 }],
    ["a member named constructor", '{"constructor":"Toyota"}', { constructor: "Toyota" }],
    ["a member named constructor that is an object", '{"constructor":{"name":"x"}}', { constructor: { name: "x" } }],
    ["a member named prototype", '{"prototype":{"a":1}}', { prototype: { a: 1 } }],
    ["__proto__ as a value", '{"a":"__proto__"}', { a: "__proto__" }],
    [
      "names that only look like __proto__",
      '{"__proto":1,"___proto__":2,"__proto__ ":3}',
      { __proto: 1, ___proto__: 2, "__proto__ ": 3 },
    ],
  ])("%s", (_name, text, value) => {
    expect(parse(text)).toEqual({ ok: true, value });
  });
});

describe("parseJson rejects", () => {
  it.each<[string, string | Buffer, RegExp]>([
    ["an empty body", "", /empty/],
    ["nothing but a byte order mark", "\ufeff", /not JSON/],
    ["nothing but white space", " \n", /not JSON/],
    ["two byte order marks", "\ufeff\ufeff{}", /not JSON/],
    ["a cut-off object", '{"a":1', /not JSON/],
    ["a trailing comma in an object", '{"a":1,}', /not JSON/],
    ["a trailing comma in an array", "[1,]", /not JSON/],
    ["two values", "{}{}", /not JSON/],
    ["single quotes", "{'a':1}", /not JSON/],
    ["unquoted names", "{a:1}", /not JSON/],
    ["a comment", "{}//", /not JSON/],
    ["NaN", "[NaN]", /not JSON/],
    ["a leading zero", "[012]", /not JSON/],
    ["a leading plus", "[+1]", /not JSON/],
    ["a raw line feed in a text", '"a\nb"', /not JSON/],
    ["a raw NUL in a text", '"a\0b"', /not JSON/],
    ["a NUL after the value", "{}\0", /not JSON/],
    ["an unknown escape", String.raw`"\x41"`, /not JSON/],
    ["a form", "a=1&b=2", /not JSON/],
    ["HTML", "<html>", /not JSON/],
    ["the byte 0xFF", Buffer.from([0x22, 0xff, 0x22]), /not valid UTF-8/],
    [
      "the byte 0xFE, which lossy decoding would make equal to 0xFF",
      Buffer.from([0x22, 0xfe, 0x22]),
      /not valid UTF-8/,
    ],
    ["an overlong slash", Buffer.from([0x22, 0xc0, 0xaf, 0x22]), /not valid UTF-8/],
    ["a surrogate written as UTF-8", Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), /not valid UTF-8/],
    ["a cut-off UTF-8 sequence", Buffer.from([0x22, 0xe6, 0x97]), /not valid UTF-8/],
    ["UTF-16 with its byte order mark", Buffer.from("\ufeff{}", "utf16le"), /not valid UTF-8/],
    ["UTF-16 without one", Buffer.from("{}", "utf16le"), /not JSON/],
  ])("%s", (_name, body, hint) => {
    const parsed = parseJson(Buffer.from(body as string));
    expect(parsed).toEqual({ ok: false, hint: expect.stringMatching(hint) });
  });

  it.each([
    ["at the top", '{"__proto__":{"admin":true}}'],
    ["deep inside", '{"a":[{"b":{"__proto__":1}}]}'],
    ["with one letter escaped", String.raw`{"\u005f_proto__":{"admin":true}}`],
    ["with every letter escaped", String.raw`{"\u005F\u005f\u0070\u0072\u006f\u0074\u006f\u005f\u005f":1}`],
    ["beside thousands of brackets", `[${"[],".repeat(31_000)}{"__proto__":1}]`],
  ])("a member named __proto__ %s", (_name, text) => {
    expect(parse(text)).toEqual({ ok: false, hint: expect.stringContaining("__proto__") });
  });

  it("a constructor with a prototype, which a deep merge would write into Object", () => {
    const text = '{"constructor":{"prototype":{"admin":true}}}';
    expect(parse(text)).toEqual({ ok: false, hint: expect.stringContaining("constructor") });
    expect(parse(`[${text}]`).ok).toBe(false);
  });

  it("never quotes the body in a hint", () => {
    for (const text of ["secret-token", '{"password":"hunter2"', '{"hunter2":}', '["hunter2" x]']) {
      const parsed = parse(text);
      expect(parsed.ok).toBe(false);
      expect(JSON.stringify(parsed)).not.toMatch(/secret|hunter2|password/);
    }
  });
});

describe("parseJson and depth", () => {
  it.each([
    ["arrays", nested],
    ["objects", nestedObjects],
    [
      "arrays after thirty thousand brackets of padding",
      (depth: number) => `[${"[],".repeat(30_000)}${nested(depth - 1)}]`,
    ],
    ["arrays beside a long text of brackets", (depth: number) => `["${"[{".repeat(16_000)}",${nested(depth - 1)}]`],
    [
      "arrays beside escaped quotes and brackets",
      (depth: number) => `["${String.raw`\"[`.repeat(31_000)}\\\\",${nested(depth - 1)}]`,
    ],
  ])("takes 64 levels of %s and refuses 65", (_name, make) => {
    expect(parse(make(MAX_JSON_DEPTH)).ok).toBe(true);
    expect(parse(make(MAX_JSON_DEPTH + 1))).toEqual({ ok: false, hint: expect.stringContaining("64 levels") });
  });

  it("counts the outermost value as 1, and a plain value inside as none", () => {
    expect(parse(`${"[".repeat(64)}"x"${"]".repeat(64)}`).ok).toBe(true);
  });

  it.each([
    ["half a million arrays", nested(500_000)],
    ["a megabyte of opening brackets", "[".repeat(1_000_000)],
    ["a hundred thousand objects", nestedObjects(100_000)],
    ["depth after a megabyte that is flat", `[${"1,".repeat(500_000)}${nested(100_000)}]`],
  ])("refuses %s without a RangeError", (_name, text) => {
    expect(parse(text)).toEqual({ ok: false, hint: expect.stringContaining("64 levels") });
  });

  it("takes a flat array of a hundred thousand objects", () => {
    expect(parse(JSON.stringify(Array.from({ length: 100_000 }, () => ({})))).ok).toBe(true);
  });

  it("is not misled by what an application put on Object.prototype", () => {
    const value = { cyclic: {} };
    value.cyclic = value;
    Object.defineProperty(Object.prototype, "polluted", {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
    let isTaken: boolean;
    try {
      isTaken = parse('{"a":{"b":1}}').ok;
    } finally {
      Reflect.deleteProperty(Object.prototype, "polluted");
    }
    expect(isTaken).toBe(true);
  });
});

describe("parseJson, as a property", () => {
  it("gives what JSON.parse gives, for any JSON", () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 8 }), (text) => {
        fc.pre(!/__proto__|constructor/.test(text));
        expect(parse(text)).toEqual({ ok: true, value: JSON.parse(text) });
      }),
    );
  });

  it("never throws, whatever the bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(typeof parseJson(bytes).ok).toBe("boolean");
      }),
    );
  });
});

describe("the parts", () => {
  it("parses a text that is already decoded", () => {
    expect(parseJsonText('{"a":1}')).toEqual({ ok: true, value: { a: 1 } });
    expect(parseJsonText("").ok).toBe(false);
  });

  it("decodes UTF-8 strictly, and takes off one byte order mark", () => {
    expect(decodeUtf8(Buffer.from("\ufeffGrüße"))).toBe("Grüße");
    expect(decodeUtf8(Buffer.from([0xff]))).toBeUndefined();
    expect(decodeUtf8(Buffer.alloc(0))).toBe("");
  });
});
