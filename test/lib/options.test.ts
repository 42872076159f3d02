// Unknown options are refused, with the nearest known name.
import { describe, expect, it } from "vitest";
import { nearest } from "../../src/lib/nearest.js";
import {
  checkOptions,
  choiceOf,
  type OptionRules,
  refuseUnknownKeys,
  required,
  TEXT,
  wholeNumber,
} from "../../src/lib/options.js";
import { RECEIVER_OTHER_NAMES } from "../../src/receiver/option-aliases.js";

const KNOWN = ["toleranceSeconds", "maxBodyBytes", "onError", "onOutcome", "allow"];

describe("an unknown option is refused", () => {
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

it("known options pass, and inherited properties are no options", () => {
  expect(() => refuseUnknownKeys("x", { allow: [], onError: undefined }, KNOWN)).not.toThrow();
  expect(() => refuseUnknownKeys("x", Object.create({ alien: 1 }), KNOWN)).not.toThrow();
});

it.each([
  ["nothing", undefined, "nothing"],
  ["null", null, "null"],
  ["a text, which may be a secret and is not repeated", "whsec_x", "a string"],
  ["a list", ["a"], "an array"],
  ["a function", () => undefined, "a function"],
])("what is no object is refused: %s", (_, given, came) => {
  expect(() => refuseUnknownKeys("hmac", given, ["secret", "signed"])).toThrow(
    new TypeError(`hmac: options must be an object, { secret, signed }; got ${came}`),
  );
});

describe("a name that other libraries use", () => {
  const others = { trustProxy: "allow", secret: "a secret goes to the sender", constructor: "onError" };

  it("leads to ours", () => {
    expect(() => refuseUnknownKeys("x", { trustProxy: true }, KNOWN, others)).toThrow(
      /"trustProxy"; did you mean "allow"\?$/,
    );
  });

  it("or to where such a thing goes", () => {
    expect(() => refuseUnknownKeys("x", { secret: "whsec_x" }, KNOWN, others)).toThrow(
      new TypeError('x: unknown option "secret"; a secret goes to the sender'),
    );
  });

  it("never hides an option of ours, and a name of Object.prototype is none of them", () => {
    expect(() => refuseUnknownKeys("x", { allow: [] }, KNOWN, { allow: "onError" })).not.toThrow();
    expect(() => refuseUnknownKeys("x", { toString: 1 }, KNOWN, others)).toThrow(/known are|did you mean/);
  });
});

describe("receivers advise on the names of other libraries", () => {
  const RECEIVER = [
    "trustedProxies",
    "allow",
    "toleranceSeconds",
    "answerWithinSeconds",
    "handlerTimeoutSeconds",
    "dedupe",
    "scope",
  ];
  it.each([
    ["trustProxy", /did you mean "trustedProxies"/],
    ["ipAllowlist", /did you mean "allow"/],
    ["allowlist", /did you mean "allow"/],
    ["whitelist", /did you mean "allow"/],
    ["tolerance", /did you mean "toleranceSeconds"/],
    ["timeout", /"answerWithinSeconds".*"handlerTimeoutSeconds"/],
    ["secret", /goes to the sender/],
    ["store", /dedupe: \{ store \}/],
    ["idempotency", /did you mean "dedupe"/],
  ])("%s", (given, advice) => {
    expect(() => refuseUnknownKeys("createReceiver", { [given]: 1 }, RECEIVER, RECEIVER_OTHER_NAMES)).toThrow(advice);
  });
});

describe("a table of rules", () => {
  interface Given {
    readonly count?: number;
    readonly mode?: "a" | "b";
    readonly name: string;
    readonly token?: string;
  }
  const RULES: OptionRules<Given> = {
    count: wholeNumber(1, 5),
    mode: choiceOf(["a", "b"]),
    name: required(TEXT),
    token: { must: "be a token", fits: (value) => value === "right", isPrivate: true },
  };
  const check = (given: object, where = "make") => checkOptions(where, given as Given, RULES);

  it("accepts what fits, and options that are undefined unless they are required", () => {
    expect(() => check({ name: "x", count: 5, mode: "b", token: "right" })).not.toThrow();
    expect(() => check({ name: "x", count: undefined })).not.toThrow();
  });

  it.each([
    ["a required option that is missing", {}, "make: name must be a non-empty string; got nothing"],
    ["an empty text", { name: "" }, "make: name must be a non-empty string; got an empty string"],
    ["a number below the range", { name: "x", count: 0 }, "make: count must be a whole number, 1 to 5; got 0"],
    ["a number above the range", { name: "x", count: 6 }, "make: count must be a whole number, 1 to 5; got 6"],
    ["a fraction", { name: "x", count: 1.5 }, "make: count must be a whole number, 1 to 5; got 1.5"],
    ["another choice", { name: "x", mode: "c" }, 'make: mode must be one of "a", "b"; got "c"'],
    ["null", { name: "x", mode: null }, 'make: mode must be one of "a", "b"; got null'],
    ["what may be a secret", { name: "x", token: "s3cret" }, "make: token must be a token; got a string"],
    ["an unknown option", { name: "x", modes: "a" }, 'make: unknown option "modes"; did you mean "mode"?'],
    ["no object", [], "make: options must be an object, { count, mode, name, token }; got an empty array"],
  ])("refuses %s", (_, given, message) => {
    expect(() => check(given)).toThrow(new TypeError(message));
  });

  it("names the options inside of an option with a dot", () => {
    expect(() => check({ name: 5 }, "make: part.")).toThrow(
      new TypeError("make: part.name must be a non-empty string; got 5"),
    );
    expect(() => check({ nam: 5 }, "make: part.")).toThrow(/^make: part: unknown option "nam"; did you mean "name"\?$/);
  });
});
