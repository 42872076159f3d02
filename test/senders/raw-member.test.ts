import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { phpJson, rawMember } from "../../src/senders/shared/raw-json.js";

describe("the text of a member", () => {
  it("is what JSON.stringify wrote, whatever stands around it", () => {
    fc.assert(
      fc.property(fc.json(), fc.json(), fc.string(), fc.constantFrom("", " ", "\n\t"), (before, value, name, space) => {
        fc.pre(name !== "wanted");
        const text = `{${space}${JSON.stringify(name)}:${before},${space}"wanted"${space}:${space}${value}${space}}`;
        expect(rawMember(text, "wanted")).toBe(value);
      }),
    );
  });

  it.each([
    ["twice", '{"wanted":1,"wanted":2}'],
    ["twice, once with escapes", '{"wanted":1,"\\u0077anted":2}'],
    ["deeper", '{"a":{"wanted":1}}'],
    ["in an array", '[{"wanted":1}]'],
    ["in a text", '{"a":"\\"wanted\\":1"}'],
  ])("is none where the member stands %s", (_name, text) => {
    expect(JSON.parse(text)).toBeDefined();
    expect(rawMember(text, "wanted")).toBeUndefined();
  });

  it("is found where its name is written with escapes", () => {
    expect(rawMember('{"\\u0077anted" : {"a":[1, 2]} }', "wanted")).toBe('{"a":[1, 2]}');
  });

  it("as PHP writes it has one spelling, whatever is escaped in the original", () => {
    const unit = fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code));
    const texts = fc.array(
      fc.tuple(fc.oneof(unit, fc.constantFrom("/", "\\", '"', "\n", "\u007f", "é")), fc.boolean()),
    );
    fc.assert(
      fc.property(texts, (units) => {
        const value = units.map(([one]) => one).join("");
        const escaped = ([one, isEscaped]: [string, boolean]) =>
          isEscaped
            ? `\\u${one.charCodeAt(0).toString(16).padStart(4, "0").toUpperCase()}`
            : JSON.stringify(one).slice(1, -1);
        const plain = JSON.stringify(value)
          .replaceAll("/", "\\/")
          .replace(/[\u0080-\uffff]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`);
        expect(phpJson(`[ "${units.map(escaped).join("")}" ]`).toString("latin1")).toBe(`[${plain}]`);
      }),
      { numRuns: 500 },
    );
  });

  it("as PHP writes it means the same, and holds neither white space nor anything beyond ASCII", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = phpJson(JSON.stringify(value, null, 2)).toString("latin1");
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(text).toMatch(/^[\u0020-\u007f]*$/);
      }),
    );
  });
});
