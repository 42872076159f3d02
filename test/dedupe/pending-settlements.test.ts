// A claim is made and its answer never comes: who gives it back, and when?
import { randomUUID } from "node:crypto";
import { Redis } from "ioredis";
import { createClient } from "redis";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createOwed } from "../../src/dedupe/pending-settlements.js";
import { resilientStore } from "../../src/dedupe/resilient-store.js";
import { memoryStore } from "../../src/stores/memory/memory-store.js";
import { postgresStore } from "../../src/stores/postgres/postgres-store.js";
import type { RedisClient } from "../../src/stores/redis/client.js";
import { redisStore } from "../../src/stores/redis/redis-store.js";
import type { DedupeStore, HolderAnswer } from "../../src/stores/store.js";
import { startTcpProxy, type TcpProxy } from "../faults/tcp-proxy.js";
import { startPostgres } from "../support/postgres-server.js";
import { describeWithRedis, startRedis } from "../support/redis-server.js";

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** Far more than any test waits: what is free again earlier was given back. */
const LEASE_SECONDS = 600;
const requestOf = (key: string, token: string) => ({ key, token, leaseSeconds: LEASE_SECONDS, bodyDigest: "digest" });
const PATIENCE = { timeout: 20_000, interval: 50 };

async function proxyTo(port: number): Promise<TcpProxy> {
  const proxy = await startTcpProxy(port);
  closers.push(() => proxy.close());
  return proxy;
}

/** The claim arrives and its answer is lost, then the network is well again. */
async function losesAnAnswer(store: DedupeStore, direct: DedupeStore, proxy: TcpProxy): Promise<void> {
  const guarded = resilientStore(store);
  const key = randomUUID();
  await guarded.claim(requestOf(randomUUID(), "warm"));
  proxy.mute();
  await expect(guarded.claim(requestOf(key, "late"))).rejects.toThrow();
  // The cause: nobody holds it, and everybody is told to wait for who does.
  await vi.waitFor(async () =>
    expect(await direct.claim(requestOf(key, "other"))).toMatchObject({ state: "in_flight" }),
  );
  proxy.heal();
  await vi.waitFor(
    async () => expect(await direct.claim(requestOf(key, "next"))).toMatchObject({ state: "claimed", attempt: 2 }),
    PATIENCE,
  );
}

const CLIENTS: readonly (readonly [string, (port: number) => Promise<RedisClient>])[] = [
  ["ioredis", async (port) => ioredis(port, {})],
  // Then the client gives up what it has sent, and the answer to it is an error.
  ["ioredis that does not send again", async (port) => ioredis(port, { autoResendUnfulfilledCommands: false })],
  [
    "node-redis",
    async (port) => {
      const client = createClient({ url: `redis://127.0.0.1:${port}` });
      client.on("error", () => undefined);
      closers.push(() => client.destroy());
      await client.connect();
      return client;
    },
  ],
];

function ioredis(port: number, options: object): Redis {
  const client = new Redis(port, "127.0.0.1", options);
  client.on("error", () => undefined);
  closers.push(() => client.disconnect());
  return client;
}

describeWithRedis("a claim that Redis made, and whose answer was lost", () => {
  it.each(CLIENTS)("is given back once the network is well again: %s", async (_, connect) => {
    const server = await startRedis();
    closers.push(() => server.stop());
    const proxy = await proxyTo(server.port);
    const direct = redisStore(ioredis(server.port, {}), { allowVolatile: true });
    await losesAnAnswer(redisStore(await connect(proxy.port), { allowVolatile: true }), direct, proxy);
  });

  it("is given back where Redis was stopped, and makes it from the buffer of a connection that has ended", async () => {
    const server = await startRedis();
    closers.push(() => server.stop());
    const key = randomUUID();
    const client = ioredis(server.port, { autoResendUnfulfilledCommands: false });
    const guarded = resilientStore(redisStore(client, { allowVolatile: true }));
    await guarded.claim(requestOf("warm", "warm"));
    server.hang();
    const late = guarded.claim(requestOf(key, "late"));
    await expect(late).rejects.toThrow();
    client.disconnect(true);
    server.goOn();
    const direct = redisStore(ioredis(server.port, {}), { allowVolatile: true });
    await vi.waitFor(
      async () => expect(await direct.claim(requestOf(key, "next"))).toMatchObject({ state: "claimed" }),
      PATIENCE,
    );
  });
});

describe("a claim that PostgreSQL committed, and whose answer was lost", () => {
  it("is given back once the network is well again", async () => {
    const server = await startPostgres();
    closers.push(() => server.close());
    const direct = postgresStore(server.pool());
    await direct.migrate();
    const proxy = await proxyTo(server.port);
    const url = server.url.replace(`:${server.port}/`, `:${proxy.port}/`);
    await losesAnAnswer(postgresStore(server.pool({ connectionString: url, max: 3 })), direct, proxy);
  }, 60_000);
});

describe("the end of a claim that the store could not be told", () => {
  /** A memory store whose ends fail while it is away. */
  function failing() {
    const store = memoryStore();
    let isAway = false;
    const unlessAway =
      <Args extends unknown[], T>(op: (...args: Args) => T) =>
      (...args: Args): T => {
        if (isAway) throw new Error("away");
        return op(...args);
      };
    const wrapped: DedupeStore = {
      name: "testStore",
      isShared: false,
      claim: unlessAway((claim) => store.claim(claim)),
      renew: unlessAway((...given) => store.renew(...given)),
      complete: unlessAway((...given) => store.complete(...given)),
      release: unlessAway((...given) => store.release(...given)),
    };
    const away = (now: boolean): void => {
      isAway = now;
    };
    return { store, guarded: resilientStore(wrapped), away };
  }

  it("is told when it is back: a completion, so that a retry does not run again", async () => {
    const { store, guarded, away } = failing();
    guarded.claim(requestOf("k", "t"));
    away(true);
    expect(() => guarded.complete("k", "t", { reply: "r" }, 60)).toThrow();
    away(false);
    await vi.waitFor(
      () => expect(store.claim(requestOf("k", "u"))).toMatchObject({ state: "done", reply: "r" }),
      PATIENCE,
    );
  });

  it("is told when it is back: a release, with its progress", async () => {
    const { store, guarded, away } = failing();
    guarded.claim(requestOf("k", "t"));
    away(true);
    expect(() => guarded.release("k", "t", "half")).toThrow();
    away(false);
    await vi.waitFor(
      () => expect(store.claim(requestOf("k", "u"))).toMatchObject({ state: "claimed", progress: "half" }),
      PATIENCE,
    );
  });

  it("is not told where a later word was heard", async () => {
    const { store, guarded, away } = failing();
    guarded.claim(requestOf("k", "t"));
    away(true);
    expect(() => guarded.release("k", "t")).toThrow();
    away(false);
    expect(guarded.complete("k", "t", { reply: undefined }, 60)).toBe("held");
    expect(guarded.claim(requestOf("other", "o"))).toMatchObject({ state: "claimed" });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(store.claim(requestOf("k", "u"))).toMatchObject({ state: "done" });
  });
});

describe("createOwed", () => {
  function telling(answer: () => HolderAnswer | Promise<HolderAnswer>) {
    const told: string[] = [];
    const word = (name: string, isInDoubt = true) => ({
      tell: () => {
        told.push(name);
        return answer();
      },
      isInDoubt,
    });
    return { told, word };
  }

  it("tells of one claim after another, and of each once where it was held", async () => {
    const { told, word } = telling(() => Promise.resolve("held"));
    const owed = createOwed("testStore", 1_000);
    for (const name of ["a", "b", "c"]) owed.add(name, word(name));
    owed.storeAnswered();
    await vi.waitFor(() => expect(told).toEqual(["a", "b", "c"]), PATIENCE);
    owed.storeAnswered();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(told).toEqual(["a", "b", "c"]);
  });

  it("stops at the first that fails, and comes back by itself", async () => {
    let isAway = true;
    const { told, word } = telling(() => (isAway ? Promise.reject(new Error("away")) : "held"));
    const owed = createOwed("testStore", 1_000);
    owed.add("a", word("a"));
    owed.add("b", word("b"));
    owed.storeAnswered();
    await vi.waitFor(() => expect(told).toEqual(["a"]), PATIENCE);
    isAway = false;
    await vi.waitFor(() => expect(told).toEqual(["a", "a", "b"]), PATIENCE);
  });

  it("asks again where a claim in doubt was not found, since it may be made after that", async () => {
    const answers: HolderAnswer[] = ["lost", "lost", "held"];
    const { told, word } = telling(() => answers.shift() as HolderAnswer);
    const owed = createOwed("testStore", 1_000);
    owed.add("a", word("a"));
    owed.storeAnswered();
    await vi.waitFor(() => expect(told).toHaveLength(3), PATIENCE);
    expect(answers).toEqual([]);
  });

  it("keeps the last 1,000", async () => {
    const { told, word } = telling(() => "held");
    const owed = createOwed("testStore", 1_000);
    for (let at = 0; at < 1_005; at++) owed.add(String(at), word(String(at)));
    owed.storeAnswered();
    await vi.waitFor(() => expect(told).toHaveLength(1_000), PATIENCE);
    expect(told[0]).toBe("5");
  });
});
