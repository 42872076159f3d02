import { describe, expect, it } from "vitest";
import { nearest, refuseUnknownKeys } from "../../src/internal/known-keys.js";

const KNOWN = ["toleranceSeconds", "maxBodyBytes", "onError", "onOutcome", "allow"];

describe("an unknown option", () => {
  it.each([
    ["a misspelling", "tolerenceSeconds", "toleranceSeconds"],
    ["another case", "OnError", "onError"],
    ["a forgotten unit", "tolerance", "toleranceSeconds"],
    ["a plural", "allows", "allow"],
    ["two letters exchanged", "maxBodyBtyes", "maxBodyBytes"],
  ])("has a near miss: %s", (_, given, near) => {
    expect(() => refuseUnknownKeys("createReceiver", { [given]: 1 }, KNOWN)).toThrow(
      new TypeError(`createReceiver: unknown option "${given}"; did you mean "${near}"?`),
    );
  });

  it("that is near nothing gets the list", () => {
    expect(() => refuseUnknownKeys("x", { frobnicate: 1 }, KNOWN)).toThrow(/known are toleranceSeconds, maxBodyBytes/);
    expect(nearest("zz", KNOWN)).toBeUndefined();
  });

  it("is refused whatever its value, undefined included", () => {
    expect(() => refuseUnknownKeys("x", { alow: undefined }, KNOWN)).toThrow(/did you mean "allow"/);
  });
});

it("known options pass, and what is inherited is nobody's option", () => {
  expect(() => refuseUnknownKeys("x", { allow: [], onError: undefined }, KNOWN)).not.toThrow();
  expect(() => refuseUnknownKeys("x", Object.create({ alien: 1 }), KNOWN)).not.toThrow();
});
