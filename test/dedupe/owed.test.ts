// A store that did something and could not say so, or was not told something: it hears of it once it answers again.
import { randomUUID } from "node:crypto";
import type { DedupeStore } from "hookgate";
import { memoryStore } from "hookgate";
import { Redis } from "ioredis";
import { describe, expect, it } from "vitest";
import { guardedStore } from "../../src/dedupe/guarded.js";
import { Owed } from "../../src/dedupe/owed.js";
import { redisStore } from "../../src/dedupe/redis.js";
import { startTcpProxy } from "../faults/tcp-proxy.js";
import { viewOf } from "../receiver/harness.js";
import { describeWithRedis, startRedis } from "../support/redis-server.js";

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
  const store = guardedStore({
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

describe("Owed", () => {
  it("holds 1,000 events, the oldest go first; and each for five minutes", async () => {
    let nowMs = 0;
    const owed = new Owed(() => nowMs);
    const told: number[] = [];
    for (let at = 0; at < 1_001; at++) {
      owed.add(`key ${at}`, "t", async () => {
        told.push(at);
        return "held";
      });
    }
    await owed.tellOf("key 0");
    await owed.tellOf("key 1");
    expect(told).toEqual([1]);
    nowMs = 300_000;
    await owed.tellOf("key 2");
    expect(told).toEqual([1]);
  });

  it("stops where the store fails again, and goes on the next time", async () => {
    const owed = new Owed(() => 0);
    let isDown = true;
    const told: string[] = [];
    for (const key of ["a", "b"]) {
      owed.add(key, "t", async () => {
        if (isDown) throw new Error("down");
        told.push(key);
        return "lost";
      });
    }
    owed.tellAll();
    await new Promise((resolve) => setImmediate(resolve));
    expect(told).toEqual([]);
    isDown = false;
    owed.tellAll();
    await expect.poll(() => owed.isEmpty).toBe(true);
    expect(told).toEqual(["a", "b"]);
  });
});

describeWithRedis("on a Redis behind a network that loses its answers", () => {
  it("gives a claim back that Redis has taken and nobody has heard of", async () => {
    const server = await startRedis({ keeps: "everything" });
    const proxy = await startTcpProxy(server.port);
    const client = new Redis(proxy.port, "127.0.0.1", { retryStrategy: () => 50 });
    client.on("error", () => undefined);
    const direct = new Redis(server.port, "127.0.0.1");
    try {
      const store = guardedStore(redisStore(client));
      const other = redisStore(direct);
      const key = randomUUID();
      await store.claim(requestOf("before", "t")); // Redis knows the script from here on
      proxy.loseAnswers();
      await expect(store.claim(requestOf(key, "first"))).rejects.toThrow();
      expect(await other.claim(requestOf(key, "theirs"))).toMatchObject({ state: "in_flight" });
      proxy.heal();
      const isAnswered = async (): Promise<boolean> => {
        try {
          await store.claim(requestOf("another", randomUUID()));
          return true;
        } catch {
          return false;
        }
      };
      await expect.poll(isAnswered).toBe(true);
      await expect.poll(() => other.claim(requestOf(key, "theirs"))).toMatchObject({ state: "claimed" });
    } finally {
      client.disconnect();
      direct.disconnect();
      await proxy.close();
      await server.stop();
    }
  });
});
