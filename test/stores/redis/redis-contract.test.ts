// The contract of every store, kept on a real Redis: by each client, on one server and on a cluster.
import { randomUUID } from "node:crypto";
import { Cluster, Redis } from "ioredis";
import { createClient, createCluster } from "redis";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { RedisClient } from "../../../src/stores/redis/client.js";
import { type RedisStore, redisStore } from "../../../src/stores/redis/redis-store.js";
import { dedupeStoreCases } from "../../../src/testing/store-contract/cases.js";
import {
  type DedupeStoreHarness,
  describeDedupeStore,
  runDedupeStoreCase,
} from "../../../src/testing/store-contract/index.js";
import { describeWithRedis, type RedisServer, startRedis, startRedisCluster } from "../../support/redis-server.js";
import { letTimePass } from "./redis-time.js";

/** Cases in real time wait 2 s each: at once, they take little more than one. */
vi.setConfig({ maxConcurrency: 50 });

interface Connected {
  readonly client: RedisClient;
  readonly close: () => void;
}

async function ioredis(port: number): Promise<Connected> {
  const client = new Redis(port, "127.0.0.1");
  await client.ping();
  return { client, close: () => client.disconnect() };
}

async function nodeRedis(port: number): Promise<Connected> {
  const client = createClient({ url: `redis://127.0.0.1:${port}` });
  client.on("error", () => undefined);
  await client.connect();
  return { client, close: () => client.destroy() };
}

const CLIENTS = { ioredis, "node-redis": nodeRedis };

describeWithRedis("redisStore on one server", () => {
  let server: RedisServer;
  let admin: Redis;
  const connections: Connected[] = [];

  beforeAll(async () => {
    server = await startRedis();
    admin = new Redis(server.port, "127.0.0.1");
    for (const connect of [...Object.values(CLIENTS), ioredis]) connections.push(await connect(server.port));
  });
  afterAll(async () => {
    for (const { close } of connections) close();
    admin?.disconnect();
    await server?.stop();
  });

  /** Stores of all connections, that one first, on records of their own. */
  function harness(first: number, isTimed: boolean): DedupeStoreHarness {
    const prefix = `${randomUUID()}:`;
    const stores = connections.map(({ client }) => redisStore(client, { prefix, allowVolatile: true }));
    const [store, ...peers] = [...stores.slice(first), ...stores.slice(0, first)] as [RedisStore, ...RedisStore[]];
    const advance = (seconds: number) => letTimePass(admin, prefix, seconds);
    return isTimed ? { store, peers, advance } : { store, peers };
  }

  for (const [at, name] of Object.keys(CLIENTS).entries()) {
    describeDedupeStore(`redisStore over ${name}`, () => harness(at, true), { describe, it });
  }
  describeDedupeStore("redisStore in real time", () => harness(0, false), {
    describe: (name, register) => describe.concurrent(name, register),
    it: (name, run) => it.concurrent(name, run),
  });

  describe("the contract catches", () => {
    const FLAWS: readonly (readonly [string, string, string])[] = [
      [
        "a release without a look at the token",
        "if holder ~= token or not state or state == 'd' then",
        "if not state or state == 'd' then",
      ],
      ["a complete without a look at the token", "holder ~= token or not state or state == 'r'", "not state"],
      ["a lease that is not compared", "if state == 'c' and tonumber(lease) > now", "if false"],
    ];
    it.each(FLAWS)("%s", async (_, right, wrong) => {
      const client = connections[0]?.client as Redis;
      let changes = 0;
      const flawed = {
        status: "ready",
        defineCommand: () => undefined,
        config: () => Promise.resolve([]),
        evalsha: () => Promise.reject(new Error("NOSCRIPT")),
        eval(source: string, keyCount: number, ...args: string[]) {
          if (source.includes(right)) changes++;
          return client.eval(source.replace(right, wrong), keyCount, ...args);
        },
      };
      const failed: string[] = [];
      for (const one of dedupeStoreCases) {
        const prefix = `${randomUUID()}:`;
        const factory = () => ({
          store: redisStore(flawed, { prefix, allowVolatile: true }),
          advance: (seconds: number) => letTimePass(admin, prefix, seconds),
        });
        await runDedupeStoreCase(one, factory, 1).catch(() => failed.push(one.name));
      }
      expect(changes).toBeGreaterThan(0);
      expect(failed).not.toEqual([]);
    });
  });
});

describeWithRedis("redisStore on a cluster of three", () => {
  let cluster: Awaited<ReturnType<typeof startRedisCluster>>;
  const connections: Connected[] = [];

  beforeAll(async () => {
    cluster = await startRedisCluster();
    const port = cluster.nodes[0]?.port as number;
    const one = new Cluster([{ host: "127.0.0.1", port }]);
    const other = createCluster({ rootNodes: [{ url: `redis://127.0.0.1:${port}` }] });
    other.on("error", () => undefined);
    await other.connect();
    connections.push({ client: one, close: () => one.disconnect() }, { client: other, close: () => other.destroy() });
  }, 30_000);
  afterAll(async () => {
    for (const { close } of connections) close();
    await cluster?.stop();
  });

  function harness(first: number): DedupeStoreHarness {
    const prefix = `${randomUUID()}:`;
    const stores = connections.map(({ client }) => redisStore(client, { prefix, allowVolatile: true }));
    return { store: stores[first] as RedisStore, peers: [stores[1 - first] as RedisStore] };
  }

  for (const [at, name] of ["ioredis", "node-redis"].entries()) {
    describeDedupeStore(`redisStore over a cluster by ${name}`, () => harness(at), {
      describe: (group, register) => describe.concurrent(group, register),
      it: (rule, run) => it.concurrent(rule, run),
    });
  }

  it("spreads events over the nodes", async () => {
    const sizes = await Promise.all(cluster.nodes.map((node) => node.ask("DBSIZE")));
    for (const size of sizes) expect(Number(size.slice(1))).toBeGreaterThan(0);
  });

  it("is an error in time for every event once a node is gone", async () => {
    const [first, , last] = cluster.nodes as [RedisServer, RedisServer, RedisServer];
    await last.crash();
    await vi.waitFor(async () => expect(await first.ask("CLUSTER INFO")).toContain("cluster_state:fail"), 10_000);
    for (const { client } of connections) {
      const startedMs = performance.now();
      const store = redisStore(client, { allowVolatile: true });
      const claims = Array.from({ length: 20 }, (_, at) =>
        store.claim({ key: `key-${at}`, token: "t", leaseSeconds: 60, bodyDigest: "digest" }),
      );
      for (const { status } of await Promise.allSettled(claims)) expect(status).toBe("rejected");
      expect(performance.now() - startedMs).toBeLessThan(10_000);
    }
  });
});
