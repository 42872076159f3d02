// A claim whose answer was lost, and a settlement that failed, are settled once the store answers again.
import { randomUUID } from "node:crypto";
import { Redis } from "ioredis";
import { createClient } from "redis";
import { afterAll, describe, expect, it, vi } from "vitest";
import { createPendingSettlements } from "../../src/dedupe/pending-settlements.js";
import { resilientStore } from "../../src/dedupe/resilient-store.js";
import { memoryStore } from "../../src/stores/memory/memory-store.js";
import { postgresStore } from "../../src/stores/postgres/postgres-store.js";
import type { RedisClient } from "../../src/stores/redis/client.js";
import { redisStore } from "../../src/stores/redis/redis-store.js";
import type { DedupeStore, HolderAnswer } from "../../src/stores/store.js";
import { startTcpProxy, type TcpProxy } from "../faults/tcp-proxy.js";
import { startPostgres } from "../support/postgres-server.js";
import { describeWithRedis, startRedis } from "../support/redis-server.js";
import { until } from "../support/until.js";

const closers: (() => unknown)[] = [];
afterAll(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** Far longer than any test waits: a key that can be claimed earlier was released. */
const LEASE_SECONDS = 600;
const requestOf = (key: string, token: string) => ({ key, token, leaseSeconds: LEASE_SECONDS, bodyDigest: "digest" });
const PATIENCE = { timeout: 40_000, interval: 20 };

async function proxyTo(port: number): Promise<TcpProxy> {
  const proxy = await startTcpProxy(port);
  closers.push(() => proxy.close());
  return proxy;
}

/** The connection is there: on a busy machine it takes longer than a claim may. */
async function isReached(store: DedupeStore): Promise<void> {
  await until(async () => {
    try {
      return (await store.claim(requestOf(randomUUID(), "warm"))).state === "claimed";
    } catch {
      return false;
    }
  });
}

/** The claim reaches the store and its answer is lost; then the network recovers. */
async function losesAnAnswer(store: DedupeStore, direct: DedupeStore, proxy: TcpProxy): Promise<void> {
  const resilient = resilientStore(store);
  const key = randomUUID();
  await isReached(resilient);
  proxy.mute();
  await expect(resilient.claim(requestOf(key, "late"))).rejects.toThrow();
  // The fault: no process uses the claim, and every process is answered in_flight.
  await until(async () => (await direct.renew(key, "late", LEASE_SECONDS)) === "held");
  expect(await direct.claim(requestOf(key, "other"))).toMatchObject({ state: "in_flight" });
  proxy.heal();
  await vi.waitFor(
    async () => expect(await direct.claim(requestOf(key, "next"))).toMatchObject({ state: "claimed", attempt: 2 }),
    PATIENCE,
  );
}

const CLIENTS: readonly (readonly [string, (port: number) => Promise<RedisClient>])[] = [
  ["ioredis", async (port) => ioredis(port, {})],
  // This client drops the commands it has sent, and rejects them.
  ["ioredis without resending", async (port) => ioredis(port, { autoResendUnfulfilledCommands: false })],
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

describeWithRedis("a claim in Redis whose answer was lost", () => {
  it.concurrent.each(CLIENTS)("is released once the network recovers: %s", async (_, connect) => {
    const server = await startRedis();
    closers.push(() => server.stop());
    const proxy = await proxyTo(server.port);
    const direct = redisStore(ioredis(server.port, {}), { allowVolatile: true });
    await losesAnAnswer(redisStore(await connect(proxy.port), { allowVolatile: true }), direct, proxy);
  });

  it.concurrent("is released when a stopped Redis resumes and executes it from the buffer of a closed connection", async () => {
    const server = await startRedis();
    closers.push(() => server.stop());
    const key = randomUUID();
    const client = ioredis(server.port, { autoResendUnfulfilledCommands: false });
    const resilient = resilientStore(redisStore(client, { allowVolatile: true }));
    await isReached(resilient);
    server.hang();
    const late = resilient.claim(requestOf(key, "late"));
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

describe("a claim committed by PostgreSQL whose answer was lost", () => {
  it("is released once the network recovers", async () => {
    const server = await startPostgres();
    closers.push(() => server.close());
    const direct = postgresStore(server.pool());
    await direct.migrate();
    const proxy = await proxyTo(server.port);
    const url = server.url.replace(`:${server.port}/`, `:${proxy.port}/`);
    await losesAnAnswer(postgresStore(server.pool({ connectionString: url, max: 3 })), direct, proxy);
  }, 60_000);
});

describe("a settlement that failed while the store was unavailable", () => {
  /** A memory store whose operations fail while it is away. */
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
    return { store, resilient: resilientStore(wrapped), away };
  }

  it("is retried when the store is back: a completion, so that a retry does not run the event again", async () => {
    const { store, resilient, away } = failing();
    resilient.claim(requestOf("k", "t"));
    away(true);
    expect(() => resilient.complete("k", "t", { reply: "r" }, 60)).toThrow();
    away(false);
    await vi.waitFor(
      () => expect(store.claim(requestOf("k", "u"))).toMatchObject({ state: "done", reply: "r" }),
      PATIENCE,
    );
  });

  it("is retried when the store is back: a release, with its progress", async () => {
    const { store, resilient, away } = failing();
    resilient.claim(requestOf("k", "t"));
    away(true);
    expect(() => resilient.release("k", "t", "half")).toThrow();
    away(false);
    await vi.waitFor(
      () => expect(store.claim(requestOf("k", "u"))).toMatchObject({ state: "claimed", progress: "half" }),
      PATIENCE,
    );
  });

  it("is not retried after a later settlement of the same claim was stored", async () => {
    const { store, resilient, away } = failing();
    resilient.claim(requestOf("k", "t"));
    away(true);
    expect(() => resilient.release("k", "t")).toThrow();
    away(false);
    expect(resilient.complete("k", "t", { reply: undefined }, 60)).toBe("held");
    expect(resilient.claim(requestOf("other", "o"))).toMatchObject({ state: "claimed" });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(store.claim(requestOf("k", "u"))).toMatchObject({ state: "done" });
  });
});

describe("createPendingSettlements", () => {
  function settlements(answer: () => HolderAnswer | Promise<HolderAnswer>) {
    const settled: string[] = [];
    const settlement = (name: string, isInDoubt = true) => ({
      settle: () => {
        settled.push(name);
        return answer();
      },
      isInDoubt,
    });
    return { settled, settlement };
  }

  it("settles one claim after another, and each once when its claim was held", async () => {
    const { settled, settlement } = settlements(() => Promise.resolve("held"));
    const pending = createPendingSettlements("testStore", 1_000);
    for (const name of ["a", "b", "c"]) pending.add(name, settlement(name));
    pending.storeAnswered();
    await vi.waitFor(() => expect(settled).toEqual(["a", "b", "c"]), PATIENCE);
    pending.storeAnswered();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(settled).toEqual(["a", "b", "c"]);
  });

  it("stops at the first settlement that fails, and retries without other traffic", async () => {
    let isAway = true;
    const { settled, settlement } = settlements(() => (isAway ? Promise.reject(new Error("away")) : "held"));
    const pending = createPendingSettlements("testStore", 1_000);
    pending.add("a", settlement("a"));
    pending.add("b", settlement("b"));
    pending.storeAnswered();
    await vi.waitFor(() => expect(settled).toEqual(["a"]), PATIENCE);
    isAway = false;
    await vi.waitFor(() => expect(settled).toEqual(["a", "a", "b"]), PATIENCE);
  });

  it("repeats the release of a claim in doubt that was not found, since the claim may be made later", async () => {
    const answers: HolderAnswer[] = ["lost", "lost", "held"];
    const { settled, settlement } = settlements(() => answers.shift() as HolderAnswer);
    const pending = createPendingSettlements("testStore", 1_000);
    pending.add("a", settlement("a"));
    pending.storeAnswered();
    await vi.waitFor(() => expect(settled).toHaveLength(3), PATIENCE);
    expect(answers).toEqual([]);
  });

  it("keeps the newest 1,000 settlements", async () => {
    const { settled, settlement } = settlements(() => "held");
    const pending = createPendingSettlements("testStore", 1_000);
    for (let at = 0; at < 1_005; at++) pending.add(String(at), settlement(String(at)));
    pending.storeAnswered();
    await vi.waitFor(() => expect(settled).toHaveLength(1_000), PATIENCE);
    expect(settled[0]).toBe("5");
  });
});
