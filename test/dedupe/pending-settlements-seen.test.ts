// What a retry and other processes see after a claim's answer was lost or a settlement failed.
import type { DedupeStore } from "hookgate";
import { memoryStore } from "hookgate";
import { describe, expect, it } from "vitest";
import { resilientStore } from "../../src/dedupe/resilient-store.js";
import { viewOf } from "../receiver/harness.js";

const DONE = { reply: undefined };
const requestOf = (key: string, token: string) => ({ key, token, leaseSeconds: 60, bodyDigest: "d" });

/** One process's connection to a shared store, which can lose operations or their answers. */
function world() {
  const shared = memoryStore();
  let mood: "fine" | "answers are lost" | "down" = "fine";
  const asked: string[] = [];
  const via =
    <Given extends unknown[], T>(op: string, call: (...given: Given) => T) =>
    async (...given: Given): Promise<Awaited<T>> => {
      asked.push(op);
      if (mood === "down") throw new Error("connection refused");
      const answer = await call(...given);
      if (mood === "answers are lost") throw new Error("connection reset");
      return answer;
    };
  const ops: DedupeStore = viewOf(shared);
  const store = resilientStore({
    ...ops,
    claim: via("claim", ops.claim),
    complete: via("complete", ops.complete),
    release: via("release", ops.release),
  });
  return {
    store,
    other: viewOf(shared),
    asked,
    become: (next: typeof mood) => {
      mood = next;
    },
  };
}

describe("a claim whose answer was lost", () => {
  it("is released when its event is retried, before the lease has passed", async () => {
    const { store, become } = world();
    become("answers are lost");
    await expect(store.claim(requestOf("a", "first"))).rejects.toThrow("claim failed");
    become("fine");
    expect(await store.claim(requestOf("a", "second"))).toMatchObject({ state: "claimed" });
  });

  it("is released for other processes after the first operation that is answered", async () => {
    const { store, other, become } = world();
    become("answers are lost");
    await expect(store.claim(requestOf("a", "first"))).rejects.toThrow();
    expect(await other.claim(requestOf("a", "theirs"))).toMatchObject({ state: "in_flight" });
    become("fine");
    await store.claim(requestOf("b", "x"));
    await expect.poll(() => other.claim(requestOf("a", "theirs"))).toMatchObject({ state: "claimed" });
  });

  it("does not take the key from another process that has claimed it since", async () => {
    const { store, other, become } = world();
    become("down");
    await expect(store.claim(requestOf("a", "first"))).rejects.toThrow();
    await other.claim(requestOf("a", "theirs"));
    become("fine");
    expect(await store.claim(requestOf("a", "second"))).toMatchObject({ state: "in_flight" });
    expect(await other.renew("a", "theirs", 60)).toBe("held");
  });

  it("is not released when the store has answered", async () => {
    const { store, other, asked } = world();
    expect(await store.claim(requestOf("a", "first"))).toMatchObject({ state: "claimed" });
    await store.claim(requestOf("b", "x"));
    expect(asked).toEqual(["claim", "claim"]);
    expect(await other.renew("a", "first", 60)).toBe("held");
  });
});

describe("a settlement that failed", () => {
  it("is retried before the lease has passed: a completion, so the event does not run again", async () => {
    const { store, other, become } = world();
    await store.claim(requestOf("a", "first"));
    become("down");
    await expect(store.complete("a", "first", DONE, 60)).rejects.toThrow();
    become("fine");
    await store.claim(requestOf("b", "x"));
    await expect.poll(() => other.claim(requestOf("a", "retry"))).toMatchObject({ state: "done" });
  });

  it("is retried: a release, with its progress", async () => {
    const { store, other, become } = world();
    await store.claim(requestOf("a", "first"));
    become("down");
    await expect(store.release("a", "first", "half")).rejects.toThrow();
    become("fine");
    await store.claim(requestOf("b", "x"));
    await expect.poll(() => other.claim(requestOf("a", "retry"))).toMatchObject({ state: "claimed", progress: "half" });
  });

  it("is not retried after a later settlement was stored", async () => {
    const { store, asked, become } = world();
    await store.claim(requestOf("a", "first"));
    become("down");
    await expect(store.complete("a", "first", DONE, 60)).rejects.toThrow();
    become("fine");
    expect(await store.complete("a", "first", DONE, 60)).toBe("held");
    const before = asked.length;
    await store.claim(requestOf("b", "x"));
    expect(asked.slice(before)).toEqual(["claim"]);
  });
});
