// memoryStore: the dedupe contract, its limits and its timers.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Linked } from "../../../src/lib/linked-list.js";
import { Queue } from "../../../src/stores/memory/entry.js";
import { type MemoryStore, memoryStore } from "../../../src/stores/memory/memory-store.js";
import { StoreFullError, type StoreNeeds } from "../../../src/stores/store.js";

const DAY_SECONDS = 86_400;
const needs: StoreNeeds = { receiver: "test", minRetentionSeconds: 600, retentionSeconds: 7 * DAY_SECONDS };

/** A store on a clock of its own, and the ops with what these tests do not care about filled in. */
function bench(maxKeys: number) {
  let nowMs = 5_000.25;
  const store = memoryStore({ maxKeys, now: () => nowMs });
  return {
    store,
    pass(seconds: number) {
      nowMs += seconds * 1000;
    },
    claim: (key: string, leaseSeconds = 60, token = "t") =>
      store.claim({ key, token, leaseSeconds, bodyDigest: "digest" }),
    finish(key: string, retentionSeconds = needs.retentionSeconds) {
      this.claim(key);
      store.complete(key, "t", { reply: undefined }, retentionSeconds);
    },
    fail(key: string, progress?: string) {
      this.claim(key);
      store.release(key, "t", progress);
    },
    /** Whether the key is still remembered as done. Does not add it where it is not: the store is full. */
    isDone(key: string) {
      return store.complete(key, "t", { reply: undefined }, 1) === "held";
    },
  };
}

describe("memoryStore", () => {
  it("answers synchronously", () => {
    const { store, claim } = bench(10);
    expect(claim("k")).toEqual({ state: "claimed", fence: 1, attempt: 1, progress: undefined });
    expect(store.renew("k", "t", 60)).toBe("held");
    expect(store.complete("k", "t", { reply: "r" }, 60)).toBe("held");
    expect(claim("k")).toEqual({ state: "done", reply: "r", isSameBody: true });
  });

  it("is called memoryStore and is not shared", () => {
    expect(memoryStore()).toMatchObject({ name: "memoryStore", isShared: false, size: 0, evictions: 0 });
  });

  it.each([
    ["0.2 s before the end", 59.8, "in_flight"],
    ["at the end", 60, "claimed"],
    ["0.2 s after the end", 60.2, "claimed"],
  ])("lets a lease lapse at its end: %s", (_, seconds, state) => {
    const { claim, pass } = bench(10);
    claim("k", 60, "a");
    pass(seconds);
    expect(claim("k", 60, "b").state).toBe(state);
  });

  it.each([
    [0, 60],
    [0.5, 60],
    [1, 59],
    [58.9, 2],
    [59.9, 1],
  ])("rounds the lease that is left up: after %d s of 60 it is %d s", (seconds, left) => {
    const { claim, pass } = bench(10);
    claim("k", 60, "a");
    pass(seconds);
    expect(claim("k", 60, "b")).toEqual({ state: "in_flight", retryAfterSeconds: left });
  });

  describe("a full memoryStore", () => {
    it("evicts the event completed first", () => {
      const { store, finish, pass, isDone } = withMethods(bench(3));
      for (const key of ["a", "b", "c", "d"]) {
        finish(key);
        pass(1);
      }
      expect(store).toMatchObject({ size: 3, evictions: 1 });
      expect(["a", "b", "c", "d"].map(isDone)).toEqual([false, true, true, true]);
    });

    it("evicts by the time of completion, not of the claim", () => {
      const b = bench(2);
      b.claim("slow");
      b.pass(1);
      b.finish("quick");
      b.pass(1);
      b.store.complete("slow", "t", { reply: undefined }, 3600);
      b.claim("new");
      expect([b.isDone("quick"), b.isDone("slow")]).toEqual([false, true]);
    });

    it("evicts the event completed first, also with different retentions", () => {
      const b = bench(3);
      b.finish("a", 5000);
      b.pass(1);
      b.finish("b", 9000);
      b.pass(1);
      b.finish("c", 5000);
      b.claim("d");
      b.claim("e");
      expect([b.isDone("a"), b.isDone("b"), b.isDone("c")]).toEqual([false, false, true]);
    });

    it("never evicts a claim with a valid lease: StoreFullError", () => {
      const b = bench(2);
      b.claim("a");
      b.claim("b");
      expect(() => b.claim("c")).toThrow(StoreFullError);
      expect(() => b.claim("c")).toThrow(/all 2 keys are claimed .* raise maxKeys/);
      expect(b.store).toMatchObject({ size: 2, evictions: 0 });
      expect([b.store.renew("a", "t", 1), b.store.renew("b", "t", 1)]).toEqual(["held", "held"]);
    });

    it("still answers for its keys", () => {
      const b = bench(2);
      b.finish("a");
      b.claim("b");
      b.store.attach(needs);
      expect(() => b.claim("c")).toThrow(StoreFullError);
      expect(b.claim("a").state).toBe("done");
      expect(b.claim("b", 60, "other").state).toBe("in_flight");
      expect(b.claim("b").state).toBe("claimed");
    });

    it.each([
      ["599 s ago", 599, "full"],
      ["600 s ago", 600, "claimed"],
      ["601 s ago", 601, "claimed"],
    ])("keeps an event completed within minRetentionSeconds of 600: completed %s", (_, seconds, expected) => {
      const b = bench(1);
      b.store.attach(needs);
      b.finish("a");
      b.pass(seconds);
      const outcome = () => b.claim("b").state;
      if (expected === "full") expect(outcome).toThrow(StoreFullError);
      else expect(outcome()).toBe(expected);
    });

    it("applies the longest minRetentionSeconds of its receivers", () => {
      const b = bench(1);
      b.store.attach(needs);
      b.store.attach({ ...needs, minRetentionSeconds: 60 });
      b.finish("a");
      b.pass(300);
      expect(() => b.claim("b")).toThrow(StoreFullError);
    });

    it("evicts a released event without progress before a done one, since only its attempt count is lost", () => {
      const b = bench(2);
      b.finish("done");
      b.pass(1);
      b.fail("failed");
      b.claim("new");
      expect(b.isDone("done")).toBe(true);
      b.store.release("new", "t");
      expect(b.claim("failed")).toMatchObject({ state: "claimed", attempt: 1 });
    });

    it("evicts a done event before a released one with progress, parts of which would run twice", () => {
      const b = bench(2);
      b.fail("failed", "half");
      b.pass(1);
      b.finish("done");
      b.claim("new");
      expect(b.isDone("done")).toBe(false);
      expect(b.claim("failed")).toMatchObject({ attempt: 2, progress: "half" });
    });

    it("evicts a released event with progress rather than be full for days", () => {
      const b = bench(1);
      b.fail("failed", "half");
      expect(b.claim("new").state).toBe("claimed");
    });

    it("evicts a lapsed claim rather than be full", () => {
      const b = bench(1);
      b.claim("stuck", 60);
      expect(() => b.claim("new")).toThrow(StoreFullError);
      b.pass(60);
      expect(b.claim("new").state).toBe("claimed");
      expect(b.store.complete("stuck", "t", { reply: undefined }, 60)).toBe("lost");
    });

    it("removes expired records first, which is no eviction", () => {
      const b = bench(2);
      b.finish("a", 10);
      b.finish("b", 5000);
      b.pass(10);
      expect(b.claim("c").state).toBe("claimed");
      expect(b.store.evictions).toBe(0);
      expect(b.isDone("b")).toBe(true);
    });

    it("raises the fence of an evicted key", () => {
      const b = bench(1);
      b.finish("a");
      b.finish("b");
      expect(b.claim("a")).toMatchObject({ attempt: 1, fence: 3 });
    });

    it("never has more than maxKeys records, and never evicts a claim with a valid lease", () => {
      const step = fc.record({
        op: fc.constantFrom("claim", "finish", "fail", "progress", "pass"),
        key: fc.integer({ min: 0, max: 30 }).map(String),
      });
      fc.assert(
        fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
          const b = bench(8);
          b.store.attach({ ...needs, minRetentionSeconds: 5 });
          const live = new Map<string, string>();
          for (const [i, { op, key }] of steps.entries()) {
            if (op === "pass") b.pass(1);
            else {
              const token = live.get(key) ?? `t${i}`;
              try {
                if (b.claim(key, 1e6, token).state !== "claimed") continue;
              } catch (error) {
                expect(error).toBeInstanceOf(StoreFullError);
                continue;
              }
              if (op === "claim") live.set(key, token);
              else {
                live.delete(key);
                if (op === "finish") b.store.complete(key, token, { reply: undefined }, 20);
                else if (op === "progress") b.store.release(key, token, "half");
                else b.store.release(key, token);
              }
            }
            expect(b.store.size).toBeLessThanOrEqual(8);
            for (const [held, token] of live) expect(b.store.renew(held, token, 1e6)).toBe("held");
          }
        }),
        { numRuns: 50 },
      );
    });
  });

  describe("warns the operator", () => {
    it("once, that events are evicted before their retention, and after how long", () => {
      const b = bench(2);
      const told: string[] = [];
      b.store.attach({ ...needs, report: (message) => told.push(message) });
      b.finish("a");
      b.pass(4 * 3600);
      for (const key of ["b", "c", "d"]) {
        b.finish(key);
        b.pass(700);
      }
      expect(told).toEqual([
        "memoryStore: maxKeys (2) is reached, so events are now forgotten after about 4 h instead of 7 days; a duplicate " +
          "that arrives later runs again. Raise maxKeys, shorten retentionSeconds, or use a shared store.",
      ]);
      expect(b.store.evictions).toBe(2);
    });

    it("once for each receiver", () => {
      const b = bench(1);
      const told: string[] = [];
      b.store.attach({ ...needs, report: () => told.push("one") });
      b.store.attach({ ...needs, report: () => told.push("two") });
      b.finish("a");
      b.pass(700);
      b.finish("b");
      b.pass(700);
      b.finish("c");
      expect(told).toEqual(["one", "two"]);
    });

    it("not when only a released event was forgotten", () => {
      const b = bench(1);
      const told: string[] = [];
      b.store.attach({ ...needs, report: (message) => told.push(message) });
      b.fail("a");
      b.claim("b");
      expect([told, b.store.evictions]).toEqual([[], 1]);
    });
  });

  describe("purges with each claim", () => {
    it("at most 100 expired records", () => {
      const b = bench(1000);
      for (let i = 0; i < 250; i++) b.finish(`k${i}`, 10);
      b.pass(10);
      const sizes = ["x", "y", "z"].map((key) => {
        b.claim(key);
        return b.store.size;
      });
      expect(sizes).toEqual([151, 52, 3]);
    });

    it("expired records behind one with a longer retention", () => {
      const b = bench(1000);
      b.finish("long", 5000);
      b.finish("short", 10);
      b.pass(10);
      b.claim("x");
      expect(b.store.size).toBe(2);
    });

    it.each([
      ["released", (b: ReturnType<typeof bench>) => b.fail("k")],
      ["released with progress", (b: ReturnType<typeof bench>) => b.fail("k", "half")],
      ["lapsed", (b: ReturnType<typeof bench>) => void b.claim("k", 1)],
    ])("what was %s a week ago", (_, make) => {
      const b = bench(1000);
      make(b);
      b.pass(7 * DAY_SECONDS - 1);
      b.claim("x");
      expect(b.store.size).toBe(2);
      b.pass(2);
      b.claim("y");
      expect(b.store.size).toBe(2);
    });
  });

  describe("refuses, when built,", () => {
    it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, "10" as unknown as number])("maxKeys %s", (maxKeys) => {
      expect(() => memoryStore({ maxKeys })).toThrow(
        new TypeError(`memoryStore: maxKeys must be a whole number, 1 or more; got ${String(maxKeys)}`),
      );
    });

    it("a misspelt option, with the near miss", () => {
      expect(() => memoryStore({ maxkeys: 5 } as object)).toThrow(/unknown option "maxkeys"; did you mean "maxKeys"\?/);
    });

    it("a clock that is none", () => {
      expect(() => memoryStore({ now: 5 as unknown as () => number })).toThrow(/now must be a function/);
    });
  });

  it("has types of synchronous answers", () => {
    const store: MemoryStore = memoryStore();
    const answer: "held" | "lost" = store.renew("k", "t", 1);
    expect(answer).toBe("lost");
  });
});

describe("Queue", () => {
  class Member extends Linked<Member> {}

  it("knows its oldest after any pushes and removals, as an array does", () => {
    const step = fc.record({ member: fc.integer({ min: 0, max: 5 }), queue: fc.integer({ min: 0, max: 2 }) });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const members = Array.from({ length: 6 }, () => new Member());
        const queues = [new Queue<Member>(1), new Queue<Member>(1)];
        const lists: Member[][] = [[], []];
        for (const { member: index, queue: at } of steps) {
          const member = members[index] as Member;
          for (const list of lists) if (list.includes(member)) list.splice(list.indexOf(member), 1);
          if (at === 2) member.list?.remove(member);
          else {
            queues[at]?.push(member);
            lists[at]?.push(member);
          }
          for (const [i, queue] of queues.entries()) expect([...walk(queue)]).toEqual(lists[i]);
        }
      }),
    );
  });

  function* walk(queue: Queue<Member>): Generator<Member> {
    for (let member = queue.oldest; member !== undefined; member = member.newer) yield member;
  }
});

/** The same, with its functions usable on their own. */
function withMethods(b: ReturnType<typeof bench>) {
  return { ...b, finish: b.finish.bind(b), isDone: b.isDone.bind(b) };
}
