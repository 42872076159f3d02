// What do the sender of an event and other processes see of a store that did something unheard, or was not told something?
import type { DedupeStore } from "hookgate";
import { memoryStore } from "hookgate";
import { describe, expect, it } from "vitest";
import { resilientStore } from "../../src/dedupe/resilient-store.js";
import { viewOf } from "../receiver/harness.js";

const DONE = { reply: undefined };
const requestOf = (key: string, token: string) => ({ key, token, leaseSeconds: 60, bodyDigest: "d" });

/** One process's way to a store: ops arrive, or not, and their answers come back, or not. */
function world() {
  const shared = memoryStore();
  let mood: "fine" | "answers are lost" | "down" = "fine";
  const asked: string[] = [];
  const through =
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
    claim: through("claim", ops.claim),
    complete: through("complete", ops.complete),
    release: through("release", ops.release),
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
  it("is given back when the same event comes again: it does not wait for the lease", async () => {
    const { store, become } = world();
    become("answers are lost");
    await expect(store.claim(requestOf("a", "first"))).rejects.toThrow("claim failed");
    become("fine");
    expect(await store.claim(requestOf("a", "second"))).toMatchObject({ state: "claimed" });
  });

  it("is given back to other processes by the first op that is answered", async () => {
    const { store, other, become } = world();
    become("answers are lost");
    await expect(store.claim(requestOf("a", "first"))).rejects.toThrow();
    expect(await other.claim(requestOf("a", "theirs"))).toMatchObject({ state: "in_flight" });
    become("fine");
    await store.claim(requestOf("b", "x"));
    await expect.poll(() => other.claim(requestOf("a", "theirs"))).toMatchObject({ state: "claimed" });
  });

  it("stays another's, where another has it by now", async () => {
    const { store, other, become } = world();
    become("down");
    await expect(store.claim(requestOf("a", "first"))).rejects.toThrow();
    await other.claim(requestOf("a", "theirs"));
    become("fine");
    expect(await store.claim(requestOf("a", "second"))).toMatchObject({ state: "in_flight" });
    expect(await other.renew("a", "theirs", 60)).toBe("held");
  });

  it("is not given back, when its second try was answered", async () => {
    const { store, other, asked } = world();
    expect(await store.claim(requestOf("a", "first"))).toMatchObject({ state: "claimed" });
    await store.claim(requestOf("b", "x"));
    expect(asked).toEqual(["claim", "claim"]);
    expect(await other.renew("a", "first", 60)).toBe("held");
  });
});

describe("what the store was not told", () => {
  it("is a completion: told before the lease has passed, the event does not run again", async () => {
    const { store, other, become } = world();
    await store.claim(requestOf("a", "first"));
    become("down");
    await expect(store.complete("a", "first", DONE, 60)).rejects.toThrow();
    become("fine");
    await store.claim(requestOf("b", "x"));
    await expect.poll(() => other.claim(requestOf("a", "retry"))).toMatchObject({ state: "done" });
  });

  it("is a release, with what was done of the work", async () => {
    const { store, other, become } = world();
    await store.claim(requestOf("a", "first"));
    become("down");
    await expect(store.release("a", "first", "half")).rejects.toThrow();
    become("fine");
    await store.claim(requestOf("b", "x"));
    await expect.poll(() => other.claim(requestOf("a", "retry"))).toMatchObject({ state: "claimed", progress: "half" });
  });

  it("is told no more once a later try was heard", async () => {
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
