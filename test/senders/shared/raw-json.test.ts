import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { phpJson, rawMember } from "../../../src/senders/shared/raw-json.js";

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

  it("as PHP writes it means the same, and holds neither white space nor anything beyond ASCII", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = phpJson(JSON.stringify(value, null, 2));
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(text).toMatch(/^[\u0020-\u007f]*$/);
      }),
    );
  });
});
