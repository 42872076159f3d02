// redisStore on a real Redis, with each client.
import { randomUUID } from "node:crypto";
import { Cluster, Redis } from "ioredis";
import { createClient, createClientPool, createCluster, createSentinel, RESP_TYPES } from "redis";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { connectionOf, type RedisClient } from "../../../src/stores/redis/client.js";
import { redisStore } from "../../../src/stores/redis/redis-store.js";
import { type DedupeStore, RELEASED_RETENTION_SECONDS, StoreFullError } from "../../../src/stores/store.js";
import { describeWithRedis, type RedisServer, startRedis } from "../../support/redis-server.js";
import { letTimePass } from "./redis-time.js";

const offline = { lazyConnect: true, enableOfflineQueue: false } as const;

describe("redisStore takes", () => {
  // Typed as what a program has in hand: that they fit is checked by the compiler, too.
  const CLIENTS: readonly (readonly [string, RedisClient])[] = [
    ["ioredis' Redis", new Redis(offline)],
    ["ioredis' Cluster", new Cluster([{ host: "127.0.0.1", port: 1 }], { lazyConnect: true })],
    ["node-redis' client", createClient()],
    ["node-redis' client of RESP 2", createClient({ RESP: 2 })],
    ["node-redis' pool", createClientPool()],
    ["node-redis' cluster", createCluster({ rootNodes: [{ url: "redis://127.0.0.1:1" }] })],
    ["node-redis' sentinel", createSentinel({ name: "main", sentinelRootNodes: [{ host: "127.0.0.1", port: 1 }] })],
  ];

  it.each(CLIENTS)("%s", (_, client) => {
    expect(redisStore(client)).toMatchObject({ name: "redisStore", isShared: true });
    expect(connectionOf(client).isReady()).toBe(false);
  });
});

describe("redisStore refuses", () => {
  const client = new Redis(offline);
  it.each([
    ["nothing", undefined, "got undefined"],
    ["null", null, "got null"],
    ["a URL", "redis://127.0.0.1", "got string"],
    ["a client that is still a promise", Promise.resolve(client), "got an object of Promise: await it first"],
    ["another library's client", { get: () => undefined }, "got an object of Object"],
    ["node-redis 3", { evalsha: () => true, eval: () => true, config: () => true }, "got an object of Object"],
  ])("%s", (_, given, message) => {
    expect(() => redisStore(given as never)).toThrow(TypeError);
    expect(() => redisStore(given as never)).toThrow(message);
  });

  it.each([
    ["an unknown option", { prefx: "a" }, 'unknown option "prefx"; did you mean "prefix"?'],
    ["braces in the prefix", { prefix: "{app}:" }, 'prefix must be a string without { and }; got "{app}:"'],
    ["a prefix that is no string", { prefix: 1 }, "prefix must be a string without { and }; got 1"],
    ["allowVolatile that is no boolean", { allowVolatile: "yes" }, 'allowVolatile must be a boolean; got "yes"'],
  ])("%s", (_, options, message) => {
    expect(() => redisStore(client, options as never)).toThrow(TypeError);
    expect(() => redisStore(client, options as never)).toThrow(message);
  });
});

/** The ops with what these tests do not care about filled in. */
function ops(store: DedupeStore & { advance(key: string, version: number, seconds: number): Promise<unknown> }) {
  return {
    claim: async (key: string, token = "t", leaseSeconds = 60) =>
      await store.claim({ key, token, leaseSeconds, bodyDigest: "digest" }),
    renew: async (key: string, token = "t") => await store.renew(key, token, 60),
    complete: async (key: string, token = "t", reply?: string) => await store.complete(key, token, { reply }, 3600),
    release: async (key: string, token = "t", progress = "half") => await store.release(key, token, progress),
    advance: async (key: string, version = 1) => await store.advance(key, version, 3600),
  };
}

describeWithRedis("redisStore", () => {
  let server: RedisServer;
  let redis: Redis;
  let nodeRedis: ReturnType<typeof createClient>;

  beforeAll(async () => {
    server = await startRedis({ settings: ["--repl-diskless-sync-delay", "0"] });
    redis = new Redis(server.port, "127.0.0.1");
    nodeRedis = createClient({ url: server.url });
    await nodeRedis.connect();
  });
  afterAll(async () => {
    redis?.disconnect();
    nodeRedis?.destroy();
    await server?.stop();
  });

  const open = (client: RedisClient = redis) => ops(redisStore(client, { allowVolatile: true }));

  describe("over the wire", () => {
    it.each([
      ["ioredis", () => redis],
      ["node-redis", () => nodeRedis],
    ])("takes one round trip for a claim, a renewal, a completion, a release, an advance: %s", async (_, client) => {
      const { claim, renew, complete, release, advance } = open(client());
      for (const op of [claim, renew, release, complete, advance]) await op("warm");
      const seen: string[] = [];
      const monitor = await redis.duplicate().monitor();
      monitor.on("monitor", (_time: string, [command]: string[], source: string) => {
        if (source !== "lua") seen.push((command as string).toLowerCase());
      });
      for (const [op, key] of [
        [claim, "one"],
        [renew, "one"],
        [complete, "one"],
        [claim, "two"],
        [release, "two"],
        [advance, "order"],
      ] as const) {
        await op(key + client().constructor.name);
      }
      await redis.echo("end");
      await vi.waitFor(() => expect(seen).toContain("echo"));
      monitor.disconnect();
      expect(seen).toEqual([...Array(6).fill("evalsha"), "echo"]);
    });

    it.each([
      ["ioredis", () => redis],
      ["node-redis", () => nodeRedis],
    ])("goes on after SCRIPT FLUSH: %s", async (_, client) => {
      const { claim, renew, complete } = open(client());
      const key = randomUUID();
      await redis.script("FLUSH");
      expect(await claim(key)).toMatchObject({ state: "claimed", attempt: 1 });
      await redis.script("FLUSH");
      expect(await renew(key)).toBe("held");
      await redis.script("FLUSH");
      expect(await complete(key)).toBe("held");
    });

    it("reads answers of clients that give Buffers, numbers as texts, or prefix keys of their own", async () => {
      const buffers = nodeRedis.withTypeMapping({
        [RESP_TYPES.BLOB_STRING]: Buffer,
        [RESP_TYPES.SIMPLE_STRING]: Buffer,
      }) as unknown as RedisClient;
      const texts = new Redis(server.port, "127.0.0.1", { stringNumbers: true, keyPrefix: "app:", protocol: 2 });
      for (const client of [buffers, texts]) {
        const { claim, complete, release, advance } = open(client);
        const key = randomUUID();
        expect(await claim(key)).toMatchObject({ state: "claimed", attempt: 1, progress: undefined });
        expect(await release(key, "t", "€")).toBe("held");
        expect(await claim(key)).toMatchObject({ state: "claimed", attempt: 2, progress: "€" });
        expect(await claim(key, "u", 60)).toEqual({ state: "in_flight", retryAfterSeconds: 60 });
        expect(await complete(key, "t", "r")).toBe("held");
        expect(await claim(key)).toEqual({ state: "done", reply: "r", isSameBody: true });
        expect(await advance(key)).toBe("newest");
      }
      expect(await redis.keys("app:hookgate:*")).toHaveLength(2);
      texts.disconnect();
    });
  });

  describe("what it keeps", () => {
    const seconds = async (key: string) => Math.round((await redis.pttl(`hookgate:{${key}}`)) / 1000);

    it("is one hash an event, of which a done one holds only what a duplicate needs", async () => {
      const { claim, complete, release } = open();
      const key = randomUUID();
      await claim(key);
      await release(key);
      await claim(key);
      expect(await redis.keys(`*${key}*`)).toEqual([`hookgate:{${key}}`]);
      await complete(key, "t", "r");
      expect(await redis.hgetall(`hookgate:{${key}}`)).toEqual({ v: "1", s: "d", t: "t", b: "digest", r: "r" });
    });

    it("expires by itself: claims and released keys days after their lease, done ones with their retention", async () => {
      const { claim, renew, complete, release, advance } = open();
      const key = randomUUID();
      await claim(key);
      expect(await seconds(key)).toBe(60 + RELEASED_RETENTION_SECONDS);
      await redis.pexpire(`hookgate:{${key}}`, 10_000);
      await renew(key);
      expect(await seconds(key)).toBe(60 + RELEASED_RETENTION_SECONDS);
      await release(key);
      expect(await seconds(key)).toBe(RELEASED_RETENTION_SECONDS);
      await claim(key);
      await complete(key);
      expect(await seconds(key)).toBe(3600);
      await advance(key);
      expect(await redis.pttl(`hookgate:order:{${key}}`)).toBeGreaterThan(3_599_000);
    });

    it("has a fence that rises even after everything was lost", async () => {
      const { claim } = open();
      const key = randomUUID();
      const first = await claim(key);
      await redis.flushall();
      const second = await claim(key);
      const fenceOf = (answer: typeof first) => (answer.state === "claimed" ? answer.fence : Number.NaN);
      expect(fenceOf(second)).toBeGreaterThan(fenceOf(first));
      expect(Number.isSafeInteger(fenceOf(second))).toBe(true);
    });

    it("has a fence that rises where the server's clock fell back", async () => {
      const { claim, release } = open();
      const key = randomUUID();
      await claim(key);
      await release(key);
      const ahead = 2 ** 52;
      await redis.hset(`hookgate:{${key}}`, "f", String(ahead));
      expect(await claim(key)).toMatchObject({ fence: ahead + 1 });
    });

    it("keeps stores of other prefixes apart", async () => {
      const key = randomUUID();
      const other = ops(redisStore(redis, { prefix: "other:", allowVolatile: true }));
      expect(await open().claim(key, "a")).toMatchObject({ attempt: 1 });
      expect(await other.claim(key, "b")).toMatchObject({ attempt: 1 });
    });
  });

  describe("advance", () => {
    it('answers "older" for a version below the highest seen, and not for an equal one', async () => {
      const { advance } = open();
      const key = randomUUID();
      const answers: unknown[] = [];
      for (const version of [5, 5, 4, 7, 6, 7, 0]) answers.push(await advance(key, version));
      expect(answers).toEqual(["newest", "newest", "older", "newest", "older", "newest", "older"]);
    });

    it("compares large versions to the last digit", async () => {
      const { advance } = open();
      const key = randomUUID();
      expect(await advance(key, Number.MAX_SAFE_INTEGER)).toBe("newest");
      expect(await advance(key, Number.MAX_SAFE_INTEGER - 1)).toBe("older");
    });

    it("forgets an entity after the retention of its last event, an older one's too", async () => {
      const { advance } = open();
      const key = randomUUID();
      await advance(key, 5);
      await letTimePass(redis, "hookgate:order:", 3000);
      expect(await advance(key, 4)).toBe("older");
      await letTimePass(redis, "hookgate:order:", 3000);
      expect(await advance(key, 4)).toBe("older");
      await letTimePass(redis, "hookgate:order:", 3601);
      expect(await advance(key, 4)).toBe("newest");
    });
  });

  describe("a record that cannot be read", () => {
    const claimed = { v: "1", s: "c", t: "t", b: "digest", f: "1", n: "1", l: "9".repeat(14) };
    const RECORDS: readonly (readonly [string, string | Readonly<Record<string, string>>, string])[] = [
      ["a newer format", { ...claimed, v: "2" }, "of format 2"],
      ["a newer format of other fields", { v: "10", x: "y" }, "of format 10"],
      ["no format", { s: "c", t: "t" }, "damaged, or not a record"],
      ["an unknown state", { ...claimed, s: "x" }, "damaged, or not a record"],
      ["no state", { v: "1", t: "t" }, "damaged, or not a record"],
      ["no token", { v: "1", s: "c", b: "digest", f: "1", n: "1", l: "1" }, "damaged, or not a record"],
      ["somebody's hash", { name: "value" }, "damaged, or not a record"],
      ["somebody's string", "text", "WRONGTYPE"],
    ];

    async function put(name: string, record: (typeof RECORDS)[number][1]) {
      if (typeof record === "string") await redis.set(name, record);
      else await redis.hset(name, record);
    }

    it.each(RECORDS)("is an error for every op, and stays as it is: %s", async (_, record, message) => {
      const key = randomUUID();
      await put(`hookgate:{${key}}`, record);
      const before = await redis.dumpBuffer(`hookgate:{${key}}`);
      const { claim, renew, complete, release } = open();
      for (const op of [claim, renew, complete, release]) await expect(op(key)).rejects.toThrow(message);
      expect(await redis.dumpBuffer(`hookgate:{${key}}`)).toEqual(before);
    });

    it.each([
      ["a lease that is no number", { ...claimed, l: "nan" }],
      ["no lease", { v: "1", s: "c", t: "t", b: "digest", f: "1", n: "1" }],
      ["attempts that are no number", { ...claimed, n: "-1" }],
      ["a fence that is no number", { ...claimed, f: "0x10" }],
      ["released, without attempts", { v: "1", s: "r", t: "t", b: "digest", f: "1" }],
      ["done, without a digest", { v: "1", s: "d", t: "t" }],
    ])("is never new: %s", async (_, record) => {
      const key = randomUUID();
      await put(`hookgate:{${key}}`, record);
      await expect(open().claim(key, "other")).rejects.toThrow("damaged, or not a record");
      expect(await redis.hgetall(`hookgate:{${key}}`)).toEqual(record);
    });

    it.each([
      ["of a newer format", "2:7", "of format 2"],
      ["damaged", "1:x", "damaged, or not a record"],
      ["somebody's", "text", "damaged, or not a record"],
    ])("is an error for advance, and stays: %s", async (_, mark, message) => {
      const key = randomUUID();
      await redis.set(`hookgate:order:{${key}}`, mark);
      await expect(open().advance(key)).rejects.toThrow(message);
      expect(await redis.get(`hookgate:order:{${key}}`)).toBe(mark);
    });
  });

  describe("a server that is full", () => {
    it.each([
      ["ioredis", () => redis],
      ["node-redis", () => nodeRedis],
    ])("takes no new event at its memory limit, and completes running ones: %s", async (_, client) => {
      const { claim, renew, complete, release } = open(client());
      const [first, second, third] = [randomUUID(), randomUUID(), randomUUID()];
      await claim(first);
      await claim(second);
      await claim(third);
      await complete(third, "t", "r");
      await redis.config("SET", "maxmemory", "1");
      try {
        await expect(claim(randomUUID())).rejects.toThrow(StoreFullError);
        expect(await claim(first, "u")).toMatchObject({ state: "in_flight" });
        expect(await claim(first)).toMatchObject({ state: "claimed", attempt: 1 });
        expect(await renew(first)).toBe("held");
        expect(await complete(first, "t", "reply")).toBe("held");
        expect(await release(second)).toBe("held");
        expect(await claim(first)).toMatchObject({ state: "done", reply: "reply" });
        expect(await claim(third)).toMatchObject({ state: "done", reply: "r" });
      } finally {
        await redis.config("SET", "maxmemory", "0");
      }
      expect(await claim(second, "u")).toMatchObject({ state: "claimed", attempt: 2, progress: "half" });
    });
  });

  describe("a replica", () => {
    it("answers for what is done, and is an error for everything else", async () => {
      const { claim, complete } = open();
      const [finished, running] = [randomUUID(), randomUUID()];
      await claim(finished);
      await complete(finished);
      await claim(running);
      const replica = await startRedis({ settings: ["--replicaof", "127.0.0.1", String(server.port)] });
      const client = new Redis(replica.port, "127.0.0.1");
      try {
        await vi.waitFor(async () => expect(await client.exists(`hookgate:{${running}}`)).toBe(1), 10_000);
        const there = open(client);
        expect(await there.claim(finished)).toMatchObject({ state: "done" });
        expect(await there.claim(running, "u")).toMatchObject({ state: "in_flight" });
        await expect(there.claim(randomUUID())).rejects.toThrow("READONLY");
        await expect(there.complete(running)).rejects.toThrow("READONLY");
        await expect(there.renew(running)).rejects.toThrow("READONLY");
      } finally {
        client.disconnect();
        await replica.stop();
      }
    });
  });
});
