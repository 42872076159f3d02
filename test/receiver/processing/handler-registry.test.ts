// Handlers are found by event type, pattern and wildcard.
import { describe, expect, it } from "vitest";
import { Handlers } from "../../../src/receiver/processing/handler-registry.js";

function registry(...patterns: (string | string[])[]) {
  const handlers = new Handlers();
  for (const pattern of patterns) handlers.add(pattern, named(String(pattern)));
  return handlers;
}
const named = (name: string) => Object.defineProperty(() => undefined, "name", { value: name });

describe("one event runs one handler", () => {
  it.each([
    ["the exact type before a prefix and a star", ["*", "invoice.*", "invoice.paid"], "invoice.paid", "invoice.paid"],
    [
      "the longest prefix",
      ["customer.*", "customer.subscription.*"],
      "customer.subscription.created",
      "customer.subscription.*",
    ],
    ["a prefix at any depth", ["customer.*"], "customer.subscription.created", "customer.*"],
    ["a prefix before a star", ["*", "invoice.*"], "invoice.paid", "invoice.*"],
    ["a star for what nothing else takes", ["*", "invoice.*"], "ping", "*"],
    ["no prefix for its own parent", ["invoice.*"], "invoice", undefined],
    ["no prefix for a name that only begins alike", ["invoice.*"], "invoices.paid", undefined],
    ["a type as it is written, case included", ["Invoice.Paid"], "invoice.paid", undefined],
    ["a name of Object.prototype as any other", [], "constructor", undefined],
    ["a type that begins with a dot", ["a.*"], ".a", undefined],
  ])("%s", (_, patterns, type, expected) => {
    expect(registry(...patterns).find(type)?.name).toBe(expected);
  });

  it("a list of patterns shares one", () => {
    const handlers = registry(["a", "b.*"]);
    expect(handlers.find("a")).toBe(handlers.find("b.c"));
  });

  it("onUnhandled comes last, after a star as well", () => {
    const handlers = new Handlers();
    expect(handlers.isEmpty).toBe(true);
    handlers.setUnhandled(named("rest"));
    expect(handlers.find("a")?.name).toBe("rest");
    expect(handlers.isEmpty).toBe(false);
    handlers.add("*", named("*"));
    expect(handlers.find("a")?.name).toBe("*");
  });
});

describe("misuse is a TypeError when registered", () => {
  it.each<[string, unknown, RegExp]>([
    ["an empty pattern", "", /must be a non-empty text/],
    ["a pattern with white space around it", " a", /without white space/],
    ["an empty list", [], /pattern must be a type, .* or a non-empty list of them; got an empty array$/],
    ["a number", 1, /pattern must be a type, .*; got a number$/],
    ["a handler alone", () => undefined, /pattern must be a type, .*; got a function$/],
    ["an object of handlers", { a: () => undefined }, /pattern must be a type, .*; got an object$/],
    ["a number in a list", [1], /must be a non-empty text/],
    ["error, as on an emitter", "error", /onError/],
    ["a star in the middle", "a.*.b", /a star stands alone or at the end/],
    ["a star that is glued on", "invoice*", /a star stands alone or at the end/],
    ["two stars", "**", /a star stands alone or at the end/],
    ["a prefix of nothing", ".*", /a star stands alone or at the end/],
  ])("%s", (_, pattern, message) => {
    expect(() => new Handlers().add(pattern as string, () => undefined)).toThrow(message);
    expect(() => new Handlers().add(pattern as string, () => undefined)).toThrow(TypeError);
  });

  it.each(["a", "a.*", "*"])("the same pattern twice: %s", (pattern) => {
    const handlers = registry(pattern);
    expect(() => handlers.add(pattern, () => undefined)).toThrow(/there is a handler for this pattern already/);
  });

  it("a handler that is no function, and a second onUnhandled", () => {
    const handlers = new Handlers();
    expect(() => handlers.add("a", {})).toThrow(/handler must be a function; got an object/);
    handlers.setUnhandled(() => undefined);
    expect(() => handlers.setUnhandled(() => undefined)).toThrow(/there is one already/);
  });

  it("a handler after the first delivery: what came before it would have been missed", () => {
    const handlers = registry("a");
    handlers.close();
    expect(() => handlers.add("b", () => undefined)).toThrow(/registered after the first delivery/);
    expect(() => handlers.setUnhandled(() => undefined)).toThrow(/registered after the first delivery/);
  });
});
