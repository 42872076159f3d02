// resilientStore limits the time of store calls, and leaves a failing store alone for a while.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type ResilientStoreOptions, resilientStore, StoreUnavailableError } from "../../src/dedupe/resilient-store.js";
import type { MaybePromise } from "../../src/lib/maybe-promise.js";
import { memoryStore } from "../../src/stores/memory/memory-store.js";
import type { ClaimAnswer, DedupeStore, HolderAnswer } from "../../src/stores/store.js";
import { StoreFullError } from "../../src/stores/store.js";
import { describeDedupeStore } from "../../src/testing/store-contract/index.js";

const request = { key: "k", token: "t", leaseSeconds: 60, bodyDigest: "d" };
const claimed: ClaimAnswer = { state: "claimed", fence: 1, attempt: 1, progress: undefined };
const hanging = () => new Promise<never>(() => {});
const down = () => Promise.reject(new Error("connection refused"));

/** A store that does what the next script line says, the last one for ever, and counts how often it was asked. */
function scripted(...script: (() => unknown)[]) {
  let asked = 0;
  const next = (): never => {
    const line = script[Math.min(asked, script.length - 1)] as () => never;
    asked++;
    return line();
  };
  const store: DedupeStore = {
    name: "testStore",
    isShared: true,
    claim: next,
    renew: next,
    complete: next,
    release: next,
  };
  return {
    store,
    get asked() {
      return asked;
    },
  };
}

/** The guard on a clock that stands still, with no pause before a second try. */
function guard(store: DedupeStore, options: ResilientStoreOptions = {}) {
  let nowMs = 0;
  const guarded = resilientStore(store, { timeoutMs: 30, nowMs: () => nowMs, random: () => 0, ...options });
  return {
    guarded,
    pass(ms: number) {
      nowMs += ms;
    },
    claim: () => settled(() => guarded.claim(request)),
  };
}

/** What an op came to, thrown or rejected alike. */
async function settled<T>(op: () => MaybePromise<T>): Promise<T | StoreUnavailableError> {
  try {
    return await op();
  } catch (error) {
    if (error instanceof StoreUnavailableError) return error;
    throw error;
  }
}

const OPS: Readonly<Record<string, (store: DedupeStore) => MaybePromise<ClaimAnswer | HolderAnswer>>> = {
  claim: (store) => store.claim(request),
  renew: (store) => store.renew("k", "t", 60),
  complete: (store) => store.complete("k", "t", { reply: undefined }, 60),
  release: (store) => store.release("k", "t", "half"),
};
const ops = Object.entries(OPS);

const unhandled: unknown[] = [];
const keep = (reason: unknown) => void unhandled.push(reason);
beforeEach(() => {
  unhandled.length = 0;
  process.on("unhandledRejection", keep);
});
afterEach(() => {
  process.off("unhandledRejection", keep);
});

describeDedupeStore(
  "memoryStore behind resilientStore",
  () => {
    let nowMs = 0;
    const advance = (seconds: number) => {
      nowMs += seconds * 1000;
    };
    return { store: resilientStore(memoryStore({ now: () => nowMs })), advance };
  },
  { describe, it },
);

describe("resilientStore", () => {
  it("keeps name and isShared, and passes attach on", () => {
    const attached: unknown[] = [];
    const store: DedupeStore = { ...scripted(() => claimed).store, attach: (needs) => void attached.push(needs) };
    const guarded = resilientStore(store);
    const needs = { receiver: "r", minRetentionSeconds: 600, retentionSeconds: 3600 };
    guarded.attach?.(needs);
    expect(guarded).toMatchObject({ name: "testStore", isShared: true });
    expect(attached).toEqual([needs]);
  });

  it("passes every argument on", () => {
    const calls: unknown[][] = [];
    const record =
      <T>(answer: T) =>
      (...args: unknown[]) => {
        calls.push(args);
        return answer;
      };
    const guarded = resilientStore({
      name: "s",
      isShared: false,
      claim: record(claimed),
      renew: record("held" as const),
      complete: record("held" as const),
      release: record("held" as const),
    });
    for (const [, op] of ops) op(guarded);
    expect(calls).toEqual([[request], ["k", "t", 60], ["k", "t", { reply: undefined }, 60], ["k", "t", "half"]]);
  });

  it.each(ops)("answers %s synchronously where the store does", (_, op) => {
    expect(op(resilientStore(memoryStore()))).not.toBeInstanceOf(Promise);
  });

  it.each(ops)(
    "throws a StoreUnavailableError with the cause where %s throws at once, and does not ask again",
    (name, op) => {
      const cause = new Error("disk I/O error");
      const store = scripted(() => {
        throw cause;
      });
      expect(() => op(resilientStore(store.store))).toThrow(
        expect.objectContaining({
          name: "StoreUnavailableError",
          failure: "failed",
          message: `testStore: ${name} failed`,
          cause,
        }),
      );
      expect(store.asked).toBe(1);
    },
  );

  it.each(ops)("ends a %s that hangs after timeoutMs, and does not retry it", async (name, op) => {
    const store = scripted(hanging);
    const { guarded } = guard(store.store);
    expect(await settled(() => op(guarded))).toMatchObject({
      failure: "timeout",
      message: `testStore: ${name} did not answer within 30 ms`,
    });
    expect(store.asked).toBe(1);
  });

  it("drops an answer or a rejection after the timeout", async () => {
    let reject = (_error: Error): void => {};
    const store = scripted(
      () =>
        new Promise((_, no) => {
          reject = no;
        }),
    );
    expect(await guard(store.store).claim()).toMatchObject({ failure: "timeout" });
    reject(new Error("too late"));
    await new Promise((resolve) => setImmediate(resolve));
    expect(unhandled).toEqual([]);
  });

  it("takes an answer that arrived while the event loop was blocked past the timeout", async () => {
    const { guarded } = guard(scripted(() => new Promise((resolve) => setImmediate(() => resolve(claimed)))).store);
    const answer = settled(() => guarded.claim(request));
    const untilMs = performance.now() + 80;
    while (performance.now() < untilMs);
    expect(await answer).toEqual(claimed);
  });

  describe("retries once", () => {
    it("when the store refused and time is left", async () => {
      const store = scripted(down, () => Promise.resolve(claimed));
      expect(await guard(store.store).claim()).toEqual(claimed);
      expect(store.asked).toBe(2);
    });

    it("and never a second time", async () => {
      const store = scripted(down);
      expect(await guard(store.store).claim()).toMatchObject({
        failure: "failed",
        cause: new Error("connection refused"),
      });
      expect(store.asked).toBe(2);
    });

    it("with the rest of the time limit", async () => {
      const store = scripted(down, hanging);
      expect(await guard(store.store).claim()).toMatchObject({ failure: "timeout" });
      expect(store.asked).toBe(2);
    });

    it.each([
      ["half of it", 15, 2],
      ["less than half", 16, 1],
    ])("only while at least half of the time is left: %s", async (_, spentMs, asked) => {
      const store = scripted(async () => {
        await undefined;
        bench.pass(spentMs);
        return await down();
      });
      const bench = guard(store.store);
      await bench.claim();
      expect(store.asked).toBe(asked);
    });

    it("and not after a malformed answer", async () => {
      const store = scripted(() => Promise.resolve({ state: "pending" }));
      await guard(store.store).claim();
      expect(store.asked).toBe(1);
    });
  });

  describe("treats as a failure, never as new:", () => {
    it.each<[string, unknown]>([
      ["nothing", undefined],
      ["null", null],
      ["a text", "claimed"],
      ["an unknown state", { state: "pending" }],
      ["no state", { fence: 1, attempt: 1 }],
      ["a claim without a fence", { state: "claimed", attempt: 1, progress: undefined }],
      ["a claim whose attempt is text", { state: "claimed", fence: 1, attempt: "1", progress: undefined }],
      ["a claim whose progress is an object", { state: "claimed", fence: 1, attempt: 1, progress: {} }],
      ["in flight for NaN seconds", { state: "in_flight", retryAfterSeconds: Number.NaN }],
      ["in flight without a time", { state: "in_flight" }],
      ["done with null for a reply", { state: "done", reply: null, isSameBody: true }],
      ["done without isSameBody", { state: "done", reply: undefined }],
    ])("a claim that answers %s", async (_, answer) => {
      const expected = { failure: "malformed", message: "testStore: claim returned a malformed answer" };
      expect(await guard(scripted(() => answer).store).claim()).toMatchObject(expected);
      expect(await guard(scripted(() => Promise.resolve(answer)).store).claim()).toMatchObject(expected);
    });

    it.each<[string, unknown]>([
      ["nothing", undefined],
      ["true", true],
      ["a claim's answer", claimed],
      ["another word", "ok"],
    ])("an op of the holder that answers %s", async (_, answer) => {
      const { guarded } = guard(scripted(() => answer).store);
      for (const [name, op] of ops.slice(1)) {
        expect(await settled(() => op(guarded))).toMatchObject({
          failure: "malformed",
          message: expect.stringContaining(name),
        });
      }
    });
  });

  describe("after five failures in a row", () => {
    const failing = () => {
      throw new Error("down");
    };

    it("does not call the store for 250 ms", async () => {
      const store = scripted(failing);
      const bench = guard(store.store);
      for (let i = 0; i < 5; i++) expect(await bench.claim()).toMatchObject({ failure: "failed" });
      bench.pass(249);
      expect(await bench.claim()).toMatchObject({
        failure: "breaker_open",
        message: expect.stringContaining("not called"),
      });
      expect(store.asked).toBe(5);
    });

    it("calls the store after four failures, and after five with a success among them", async () => {
      const ok = () => claimed;
      const store = scripted(failing, failing, failing, failing, ok, failing, failing, failing, failing, ok);
      const bench = guard(store.store);
      for (let i = 0; i < 9; i++) await bench.claim();
      expect(await bench.claim()).toEqual(claimed);
      expect(store.asked).toBe(10);
    });

    it("tries with one claim after 250 ms, refuses the others meanwhile, and is closed by its success", async () => {
      let answer = (_answer: ClaimAnswer): void => {};
      const probe = () =>
        new Promise((resolve) => {
          answer = resolve;
        });
      const store = scripted(failing, failing, failing, failing, failing, probe, () => claimed);
      const bench = guard(store.store);
      for (let i = 0; i < 5; i++) await bench.claim();
      bench.pass(250);
      const probing = bench.claim();
      expect(await bench.claim()).toMatchObject({ failure: "breaker_open" });
      answer(claimed);
      expect(await probing).toEqual(claimed);
      expect(await bench.claim()).toEqual(claimed);
      expect(store.asked).toBe(7);
    });

    it("stays open for another 250 ms when that claim fails", async () => {
      const store = scripted(failing);
      const bench = guard(store.store);
      for (let i = 0; i < 5; i++) await bench.claim();
      bench.pass(250);
      expect(await bench.claim()).toMatchObject({ failure: "failed" });
      bench.pass(249);
      expect(await bench.claim()).toMatchObject({ failure: "breaker_open" });
      bench.pass(1);
      expect(await bench.claim()).toMatchObject({ failure: "failed" });
      expect(store.asked).toBe(7);
    });

    it("counts timeouts and malformed answers, each operation once", async () => {
      const store = scripted(
        hanging,
        down,
        down,
        () => ({}),
        failing,
        () => Promise.resolve("?"),
      );
      const bench = guard(store.store);
      for (let i = 0; i < 5; i++) await bench.claim();
      expect(await bench.claim()).toMatchObject({ failure: "breaker_open" });
    });

    it("still tries the ops of a holder, whose success closes it", async () => {
      const store = scripted(
        failing,
        failing,
        failing,
        failing,
        failing,
        () => "held",
        () => claimed,
      );
      const bench = guard(store.store);
      for (let i = 0; i < 5; i++) await bench.claim();
      expect(await bench.claim()).toMatchObject({ failure: "breaker_open" });
      expect(await bench.guarded.complete("k", "t", { reply: undefined }, 60)).toBe("held");
      expect(await bench.claim()).toEqual(claimed);
    });

    it("uses the configured limits", async () => {
      const bench = guard(scripted(failing).store, { breakerFailures: 2, breakerOpenMs: 10 });
      for (let i = 0; i < 2; i++) await bench.claim();
      bench.pass(9);
      expect(await bench.claim()).toMatchObject({ failure: "breaker_open" });
      bench.pass(1);
      expect(await bench.claim()).toMatchObject({ failure: "failed" });
    });
  });

  it.each<[string, () => unknown]>([
    [
      "thrown",
      () => {
        throw new StoreFullError("full");
      },
    ],
    ["rejected", () => Promise.reject(new StoreFullError("full"))],
  ])("passes StoreFullError through, %s: it is no failure and is not tried again", async (_, full) => {
    const store = scripted(full);
    const bench = guard(store.store, { breakerFailures: 1 });
    for (let i = 0; i < 3; i++) await expect(bench.claim()).rejects.toThrow(StoreFullError);
    expect(store.asked).toBe(3);
  });

  describe("refuses, when built,", () => {
    it.each<[string, ResilientStoreOptions]>([
      ["timeoutMs", { timeoutMs: 0 }],
      ["timeoutMs", { timeoutMs: Number.POSITIVE_INFINITY }],
      ["breakerFailures", { breakerFailures: -1 }],
      ["breakerOpenMs", { breakerOpenMs: Number.NaN }],
    ])("%s that is not above 0: %j", (name, options) => {
      expect(() => resilientStore(memoryStore(), options)).toThrow(`resilientStore: ${name} must be a number above 0`);
    });

    it.each<[string, unknown]>([
      ["nothing", undefined],
      ["null", null],
      ["an object", { claim: () => claimed }],
      ["a string", "redis://127.0.0.1"],
    ])("%s in place of a store", (what, value) => {
      expect(() => resilientStore(value as never)).toThrow(
        `resilientStore: store must be a dedupe store, such as memoryStore() or redisStore(client); got ${what}`,
      );
    });

    it("a misspelt option", () => {
      expect(() => resilientStore(memoryStore(), { timeoutms: 5 } as object)).toThrow(/did you mean "timeoutMs"\?/);
    });
  });
});
