// What two copies of this package in one process share: the ESM build and the CommonJS build.
import { readFileSync } from "node:fs";
import { expect, it, vi } from "vitest";
import * as here from "../../src/core/errors.js";
import { sharedWeakMap } from "../../src/lib/across-builds.js";

const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
  readonly version: string;
};

async function secondCopy(): Promise<typeof here> {
  vi.resetModules();
  return await import("../../src/core/errors.js");
}

it("instanceof holds for errors of the other copy, both ways", async () => {
  const there = await secondCopy();
  expect(there.RetryLater).not.toBe(here.RetryLater);
  expect(new there.RetryLater()).toBeInstanceOf(here.RetryLater);
  expect(new here.RetryLater()).toBeInstanceOf(there.RetryLater);
  expect(new there.Discard()).toBeInstanceOf(here.Discard);
  expect(new there.WebhookError("undecided", "x")).toBeInstanceOf(here.WebhookError);
});

it("instanceof keeps the classes apart", async () => {
  const there = await secondCopy();
  expect(new there.RetryLater()).not.toBeInstanceOf(here.Discard);
  expect(new Error("x")).not.toBeInstanceOf(here.RetryLater);
  expect({ name: "RetryLater" }).not.toBeInstanceOf(here.RetryLater);
  expect(undefined).not.toBeInstanceOf(here.RetryLater);
});

it("a user's subclass is a RetryLater for the other copy, and a RetryLater is none of it", async () => {
  const there = await secondCopy();
  class Throttled extends there.RetryLater {}
  expect(new Throttled()).toBeInstanceOf(here.RetryLater);
  expect(new Throttled()).toBeInstanceOf(Throttled);
  expect(new there.RetryLater()).not.toBeInstanceOf(Throttled);
});

it("a map of one name is one map, and its name holds this version", () => {
  const key = Symbol.for(`hookgate@${version}.of-this-test`);
  const [one, other] = [sharedWeakMap<object, number>("of-this-test"), sharedWeakMap<object, number>("of-this-test")];
  expect(Reflect.has(globalThis, key)).toBe(false);
  const map = one();
  expect(other()).toBe(map);
  expect((globalThis as Record<symbol, unknown>)[key]).toBe(map);
});
