// A transactional store behind resilientStore answers in time or fails, and no connection is lost.
import { describe, expect, it } from "vitest";
import { resilientStore, StoreUnavailableError } from "../../src/dedupe/resilient-store.js";
import { type DedupeStore, StoreFullError } from "../../src/stores/store.js";
import { gate } from "../receiver/harness.js";
import { TransactionalStore, type Tx } from "../receiver/transactional-store.js";

const REQUEST = { key: "k", token: "t", leaseSeconds: 30, bodyDigest: "d" };
const failure = (error: unknown) => (error as StoreUnavailableError).failure;

function guarded(over: Partial<DedupeStore<Tx>> = {}) {
  const store = new TransactionalStore();
  const own: DedupeStore<Tx> = Object.assign(store, over);
  const guard = resilientStore<Tx>(own, { timeoutMs: 40, breakerFailures: 2, breakerOpenMs: 60_000 });
  const begin = async () => {
    const answer = await guard.begin?.(REQUEST);
    if (answer?.state !== "claimed") throw new Error(`not claimed: ${answer?.state}`);
    return answer;
  };
  return { store, guard, begin };
}

describe("resilientStore has begin and advance", () => {
  it("exactly where the store has", () => {
    const { guard } = guarded();
    expect([typeof guard.begin, typeof guard.advance]).toEqual(["function", "function"]);
    const plain = resilientStore({ ...guard, begin: undefined, advance: undefined } as never);
    expect([plain.begin, plain.advance]).toEqual([undefined, undefined]);
  });
});

describe("begin", () => {
  it("hands over attempt, fence, progress and the transaction", async () => {
    const { begin, store } = guarded();
    const { attempt, fence, transaction } = await begin();
    expect([attempt, fence]).toEqual([1, 1]);
    transaction.tx.write("a", "1");
    expect(await transaction.complete({ reply: undefined }, 60)).toBe("held");
    expect(store.table.get("a")).toBe("1");
  });

  it("that hangs is a timeout, and its transaction is released when it opens later", async () => {
    const opened = gate();
    const { guard, store } = guarded();
    store.beforeBegin = () => opened.opened;
    await expect(guard.begin?.(REQUEST)).rejects.toSatisfy((error) => failure(error) === "timeout");
    opened.open();
    await expect.poll(() => store.ends).toEqual(["release"]);
    expect(store.openCount).toBe(0);
  });

  it.each<[string, unknown]>([
    ["no transaction", { state: "claimed", fence: 1, attempt: 1, progress: undefined }],
    ["half a transaction", { state: "claimed", fence: 1, attempt: 1, progress: undefined, transaction: {} }],
    ["nonsense", { state: "new" }],
  ])("that answers with %s is malformed", async (_name, answer) => {
    const { guard } = guarded({ begin: async () => answer as never });
    await expect(guard.begin?.(REQUEST)).rejects.toSatisfy((error) => failure(error) === "malformed");
  });

  it("fails often enough, and the breaker opens: claims are refused without asking", async () => {
    const { guard, store } = guarded();
    let asked = 0;
    store.beforeBegin = () => {
      asked += 1;
      throw new Error("down");
    };
    for (let at = 0; at < 2; at++) await expect(guard.begin?.(REQUEST)).rejects.toThrow(StoreUnavailableError);
    const before = asked;
    await expect(guard.begin?.(REQUEST)).rejects.toSatisfy((error) => failure(error) === "breaker_open");
    expect(asked).toBe(before);
  });

  it("passes on that no more transactions may be open", async () => {
    const { guard } = guarded({ begin: () => Promise.reject(new StoreFullError("all connections are in use")) });
    await expect(guard.begin?.(REQUEST)).rejects.toThrow(StoreFullError);
  });
});

describe("the end of a transaction", () => {
  it("that returns a malformed answer is one failure for the breaker, and its connection is ended", async () => {
    const { transaction } = await guarded().begin();
    const abandoned: string[] = [];
    const malformed = guarded({
      begin: async () => ({
        state: "claimed",
        fence: 1,
        attempt: 1,
        progress: undefined,
        transaction: { ...transaction, complete: async () => "ok" as never, abandon: () => void abandoned.push("end") },
      }),
    });
    const begun = await malformed.begin();
    await expect(begun.transaction.complete({ reply: undefined }, 60)).rejects.toMatchObject({ failure: "malformed" });
    expect(abandoned).toEqual(["end"]);
    expect((await malformed.begin()).state).toBe("claimed");
  });

  it("that fails is tried once, and thrown with its cause", async () => {
    const { begin, store } = guarded();
    const { transaction } = await begin();
    store.beforeCommit = () => {
      throw new Error("serialization failure");
    };
    await expect(transaction.complete({ reply: undefined }, 60)).rejects.toMatchObject({
      failure: "failed",
      cause: new Error("serialization failure"),
    });
    expect(store.ends).toEqual(["complete"]);
  });

  it.each(["complete", "release"] as const)("%s that hangs is a timeout, and its connection is ended", async (end) => {
    const abandoned: string[] = [];
    const hanging = {
      tx: { write() {} },
      complete: () => new Promise<never>(() => undefined),
      release: () => new Promise<never>(() => undefined),
      abandon: () => void abandoned.push(end),
    };
    const { begin } = guarded({
      begin: async () => ({ state: "claimed", fence: 1, attempt: 1, progress: undefined, transaction: hanging }),
    });
    const { transaction } = await begin();
    const ended = end === "complete" ? transaction.complete({ reply: undefined }, 60) : transaction.release();
    await expect(ended).rejects.toSatisfy((error) => failure(error) === "timeout");
    expect(abandoned).toEqual([end]);
  });
});

describe("advance", () => {
  it("that answers nonsense is malformed", () => {
    const { guard } = guarded({ advance: () => "newer" as never });
    expect(() => guard.advance?.("e", 1, 60)).toThrow(StoreUnavailableError);
  });
});
