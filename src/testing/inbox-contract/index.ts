// `describeInbox`: the contract of an inbox, for any test runner.
import type { MaybePromise } from "../../lib/maybe-promise.js";
import type { TestApi } from "../store-contract/index.js";
import { InboxBench, type InboxCase, type InboxHarness } from "./bench.js";
import { inboxCases } from "./cases.js";

export type { InboxHarness } from "./bench.js";

/**
 * Registers the contract of `Inbox` as tests: putting, working, retries, dead letters, retention, order, stopping and crashes.
 *
 * Promise: an inbox that passes loses no entry and runs none twice as far as its engine keeps its word.
 * Not promised: durability, which only a kill of real processes shows.
 *
 * @param name - For the tests' names.
 * @param factory - Called for each case.
 * @param api - Of the test runner; its globals by default.
 * @throws {TypeError} When there is neither `api` nor a global `describe` and `it`.
 * @example describeInbox("myInbox", () => ({ inbox: myInbox() }), { describe, it });
 */
export function describeInbox(
  name: string,
  factory: () => MaybePromise<InboxHarness>,
  api: TestApi = globalThis as unknown as TestApi,
): void {
  const { describe, it } = api;
  if (typeof describe !== "function" || typeof it !== "function") {
    throw new TypeError(
      `describeInbox("${name}"): no global describe and it; give them: describeInbox(name, factory, { describe, it })`,
    );
  }
  describe(`${name} keeps the inbox contract`, () => {
    for (const group of new Set(inboxCases.map((one) => one.group))) {
      describe(group, () => {
        for (const one of inboxCases) if (one.group === group) it(one.name, () => runInboxCase(one, factory));
      });
    }
  });
}

/** Runs one case on an inbox of its own. A case that needs what the harness has not passes: there is nothing to see. */
export async function runInboxCase(one: InboxCase, factory: () => MaybePromise<InboxHarness>): Promise<void> {
  const harness = await factory();
  if (!hasWhatItNeeds(one, harness)) {
    await harness.close?.();
    return;
  }
  const bench = new InboxBench(harness);
  try {
    await one.run(bench);
  } finally {
    await bench.end();
  }
}

function hasWhatItNeeds({ needs }: InboxCase, harness: InboxHarness): boolean {
  switch (needs) {
    case "order":
      return harness.inbox.keepsOrder;
    case "crash":
      return harness.crash !== undefined;
    case "mark":
      return harness.maxWaiting !== undefined;
    case "retention":
      return harness.withRetention !== undefined;
    case "sources":
      return harness.source === undefined;
    default:
      return true;
  }
}
