// Members are found in JSON texts as JSON.parse would find them, and taken out so that the rest stays JSON, byte for byte.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findJsonMembers, withoutMembers, withValues } from "../../src/lib/json-members.js";

const named = (text: string, name: string) => findJsonMembers(text, (path) => path.at(-1) === name);
const without = (text: string, name: string) => withoutMembers(text, named(text, name));

describe("without a member", () => {
  it.each([
    ["alone", '{"s":1}', "{}"],
    ["the first", '{"s":1, "a":2}', '{"a":2}'],
    ["the last", '{"a":2 , "s":1 }', '{"a":2  }'],
    [
      "in the middle, and blanks elsewhere stay",
      '{ "a":1,\n  "s" : {"x":[1,2]} ,\n  "b":1.50 }',
      '{ "a":1,\n  "b":1.50 }',
    ],
    ["several times", '{"a":1,"s":2,"s":3,"b":4,"s":5}', '{"a":1,"b":4}'],
    ["nothing but it", '{"s":2,"s":3}', "{}"],
    ["under an escaped name", '{"\\u0073":"x","a":"s"}', '{"a":"s"}'],
    ["in items", '[{"s":1},{"a":1,"s":"}"},{"s":[{"s":1}],"b":"\\"s\\":1"}]', '[{},{"a":1},{"b":"\\"s\\":1"}]'],
    ["cut off in its value", '{"a":1,"s":"half of a sec', '{"a":1'],
    ["cut off before its value", '{"a":1,"s":', '{"a":1'],
    ["that is not there", '{"a":"s", "b":["s"]}', '{"a":"s", "b":["s"]}'],
    ["where there is no JSON around it", 'x "s": 1, y', "x y"],
  ])("%s", (_, text, rest) => {
    expect(without(text, "s")).toBe(rest);
  });
});

it("returns the path of each member, items by their number", () => {
  const paths: string[] = [];
  findJsonMembers('{"a":{"b":[{"c":1},2,{"d":[[{"e":1}]]}]},"f":"x"}', (path) => {
    paths.push(path.join("."));
    return false;
  });
  expect(paths).toEqual(["a", "a.b", "a.b.0.c", "a.b.2.d", "a.b.2.d.0.0.e", "f"]);
});

it("puts another value in the place of each", () => {
  const text = '{"a": "x", "s": {"y":1}, "t":[{"s":2}]}';
  expect(withValues(text, named(text, "s"), "0")).toBe('{"a": "x", "s": 0, "t":[{"s":0}]}');
});

// No name is a lone backslash: JSON.parse of V8 in Node 24 and 26 reads `"\\""` as one where an object before had it.
const NAME = fc.constantFrom("s", "a", "b,", '"', "{", "\\a", "é");
const { json } = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { depthSize: "small" },
    fc.oneof(
      fc.constant(null),
      fc.boolean(),
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.string(),
    ),
    fc.array(tie("json"), { maxLength: 3 }),
    fc.dictionary(NAME, tie("json"), { maxKeys: 3 }),
  ),
}));

function pruned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(pruned);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, one]) => (name === "s" ? [] : [[name, pruned(one)]])),
  );
}

it("agrees with JSON.parse about any JSON, however it is laid out", () => {
  fc.assert(
    fc.property(json, fc.constantFrom(undefined, 1, "\t"), (value, indent) => {
      const text = JSON.stringify(value, null, indent) as string;
      const again = JSON.parse(text) as unknown; // what a lone surrogate or -0 became
      expect(JSON.parse(without(text, "s"))).toEqual(pruned(again));
    }),
    { numRuns: 500 },
  );
});

it("takes any text, and leaves what it does not look for", () => {
  fc.assert(
    fc.property(fc.stringMatching(/^["{}[\]:,\\a s]*$/), (text) => {
      expect(without(text, "nowhere")).toBe(text);
      expect(withValues(text, named(text, "nowhere"), "x")).toBe(text);
    }),
    { numRuns: 500 },
  );
});

it.each([
  ["nested", "[".repeat(200_000)],
  ["nested objects", '{"a":'.repeat(100_000)],
  ["names without values", '"s":'.repeat(100_000)],
  ["blanks", `"s"${" ".repeat(300_000)}`],
  ["quotes", '"'.repeat(300_001)],
  ["backslashes", `"${"\\".repeat(300_000)}`],
  ["members that go", `[${'{"a":1,"s":1},'.repeat(50_000)}1]`],
])("is done with 300 KB of %s", (_, text) => {
  expect(without(text, "s").length).toBeLessThanOrEqual(text.length);
});
