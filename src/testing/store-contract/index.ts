// `describeDedupeStore`: the contract of a dedupe store, for any test runner.
import type { MaybePromise } from "../../lib/maybe-promise.js";
import { Bench, type DedupeStoreCase, type DedupeStoreHarness } from "./bench.js";
import { dedupeStoreCases } from "./cases.js";

export type { DedupeStoreHarness } from "./bench.js";

/** What is needed of a test runner: vitest, jest and node:test have it. */
export interface TestApi {
  readonly describe: (name: string, register: () => void) => unknown;
  readonly it: (name: string, run: () => Promise<void>) => unknown;
  /** Of the random history. Given by the message of a failure; without it, another one each time. */
  readonly seed?: number;
}

/**
 * Registers the contract of `DedupeStore` as tests: transitions, repeats, lapse and takeover, retention, races, and a
 * random history beside a model.
 *
 * Promise: a store that passes handles each event once as far as its own clock and atomicity reach.
 * Not promised: durability. What survives a crash or a failover is a property of the engine, not seen here.
 *
 * @param name - For the tests' names.
 * @param factory - Called for each case. Where it gives no `advance`, about 25 cases wait 2 s of real time each.
 * @param api - Of the test runner; its globals by default.
 * @throws {TypeError} When there is neither `api` nor a global `describe` and `it`.
 * @example describeDedupeStore("myStore", () => ({ store: myStore() }), { describe, it });
 */
export function describeDedupeStore(
  name: string,
  factory: () => MaybePromise<DedupeStoreHarness>,
  api: TestApi = globalThis as unknown as TestApi,
): void {
  const { describe, it, seed = Math.floor(Math.random() * 2 ** 32) } = api;
  if (typeof describe !== "function" || typeof it !== "function") {
    throw new TypeError(
      `describeDedupeStore("${name}"): no global describe and it; give them: describeDedupeStore(name, factory, { describe, it })`,
    );
  }
  describe(`${name} keeps the dedupe contract`, () => {
    for (const group of new Set(dedupeStoreCases.map((one) => one.group))) {
      describe(group, () => {
        for (const one of dedupeStoreCases) {
          const rule = one.needsAdvance === true ? `${one.name} (seen only with advance)` : one.name;
          if (one.group === group) it(rule, () => runDedupeStoreCase(one, factory, seed));
        }
      });
    }
  });
}

/** Runs one case on a store of its own. A case that needs `advance` and has none passes: there is nothing to see. */
export async function runDedupeStoreCase(
  one: DedupeStoreCase,
  factory: () => MaybePromise<DedupeStoreHarness>,
  seed: number,
): Promise<void> {
  const harness = await factory();
  try {
    if (one.needsAdvance === true && harness.advance === undefined) return;
    await one.run(new Bench(harness, seed));
  } finally {
    await harness.close?.();
  }
}
