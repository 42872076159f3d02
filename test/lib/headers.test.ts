// Header lines: absent, empty, single and repeated, in any case.
import { describe, expect, it } from "vitest";
import { HeaderLines, REPEATED } from "../../src/lib/headers.js";

const RAW = ["X-Signature", "a", "x-forwarded-for", "1.1.1.1", "X-Forwarded-For", "2.2.2.2", "Cookie", "c=1"];

describe("header lines", () => {
  it("are found in any case by their lower-case name", () => {
    const lines = new HeaderLines(RAW);
    expect(lines.once("x-signature")).toBe("a");
    expect(lines.lines("x-forwarded-for")).toEqual(["1.1.1.1", "2.2.2.2"]);
    expect(lines.get("x-forwarded-for")).toBe("1.1.1.1, 2.2.2.2");
    expect(lines.count).toBe(4);
  });

  it("are absent, empty or repeated", () => {
    const lines = new HeaderLines(["a", "", "b", "1", "B", "1"]);
    expect(lines.once("a")).toBe("");
    expect(lines.once("c")).toBeUndefined();
    expect(lines.once("b")).toBe(REPEATED);
    expect(lines.onceList("b")).toBe(REPEATED);
    expect(lines.get("c")).toBeUndefined();
  });

  it("never take a value for a name: only every second text is a name", () => {
    expect(new HeaderLines(["x-note", "authorization", "b", "1"]).once("authorization")).toBeUndefined();
  });

  it("of the Fetch API, which joins repeats, refuse a comma where the format has none", () => {
    const joined = new HeaderLines(["x-signature", "a, b"], true);
    expect(joined.once("x-signature")).toBe(REPEATED);
    expect(joined.onceList("x-signature")).toBe("a, b");
    expect(new HeaderLines(["x-signature", "a, b"]).once("x-signature")).toBe("a, b");
  });

  it("become an object without what is left out, and without a prototype", () => {
    const object = new HeaderLines([...RAW, "__proto__", "x"]).toObject(new Set(["cookie"]));
    expect(Object.getPrototypeOf(object)).toBeNull();
    expect({ ...object }).toMatchObject({ "x-signature": "a", "x-forwarded-for": "1.1.1.1, 2.2.2.2" });
    expect("cookie" in object).toBe(false);
    expect(Object.keys(object)).toContain("__proto__");
  });

  it("come from objects and pairs, and are copied out", () => {
    const fromObject = HeaderLines.from({ "X-A": "1", "x-b": ["2", "3"], "x-c": undefined });
    expect(fromObject.toRaw()).toEqual(["X-A", "1", "x-b", "2", "x-b", "3"]);
    expect(HeaderLines.from(new Map([["x-a", "1"]])).once("x-a")).toBe("1");
    fromObject.toRaw().push("x-d", "4");
    expect(fromObject.count).toBe(3);
  });
});
