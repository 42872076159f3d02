// redisStore warns the operator of a Redis that can lose records.
import { Redis } from "ioredis";
import { createClient } from "redis";
import { afterEach, expect, it, vi } from "vitest";
import type { RedisClient } from "../../../src/stores/redis/client.js";
import { type RedisStoreOptions, redisStore } from "../../../src/stores/redis/redis-store.js";
import {
  describeWithRedis,
  type RedisServer,
  type RedisServerOptions,
  startRedis,
} from "../../support/redis-server.js";

const closers: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function start(options: RedisServerOptions): Promise<RedisServer> {
  const server = await startRedis(options);
  closers.push(() => server.stop());
  return server;
}

async function connect(server: RedisServer): Promise<Redis> {
  const client = new Redis(server.port, "127.0.0.1");
  closers.push(() => client.disconnect());
  await client.ping();
  return client;
}

/** A store, and what two receivers that use it are told. */
function attached(client: RedisClient, options: RedisStoreOptions = {}) {
  const store = redisStore(client, options);
  const lines: string[] = [];
  const attach = (receiver: string) =>
    store.attach({
      receiver,
      minRetentionSeconds: 600,
      retentionSeconds: 86_400,
      report: (line) => lines.push(`${receiver}: ${line}`),
    });
  attach("one");
  const claim = () => store.claim({ key: "k", token: "t", leaseSeconds: 1, bodyDigest: "d" });
  return { store, lines, attach, claim };
}

/** Both have been asked and answered by then. */
async function asked(client: Redis): Promise<void> {
  for (let round = 0; round < 3; round++) await client.ping();
}

describeWithRedis("redisStore warns the operator", () => {
  const ALWAYS: RedisServerOptions = { keeps: "everything" };
  it.each<[string, RedisServerOptions, string[]]>([
    ["nothing of a Redis that keeps everything", ALWAYS, []],
    [
      "of a Redis that keeps nothing",
      { keeps: "nothing" },
      ['keeps nothing across a restart (appendonly no, save "")'],
    ],
    ["of a Redis of snapshots", { keeps: "snapshots" }, ['only writes snapshots (appendonly no, save "3600 1")']],
    [
      "of one that evicts running claims",
      { ...ALWAYS, settings: ["--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru"] },
      ["may forget recent events and running claims (maxmemory-policy allkeys-lru)"],
    ],
    [
      "of one that evicts what ends first",
      { ...ALWAYS, settings: ["--maxmemory", "100mb", "--maxmemory-policy", "volatile-ttl"] },
      ["forgets events early, those with the shortest retention first (maxmemory-policy volatile-ttl)"],
    ],
    ["nothing of a policy without a limit", { ...ALWAYS, settings: ["--maxmemory-policy", "allkeys-lru"] }, []],
    ["nothing of a limit without eviction", { ...ALWAYS, settings: ["--maxmemory", "100mb"] }, []],
    [
      "of both",
      { keeps: "nothing", settings: ["--maxmemory", "100mb", "--maxmemory-policy", "volatile-lru"] },
      ["keeps nothing", "may forget recent events"],
    ],
  ])("%s", async (_, options, expected) => {
    const server = await start(options);
    const client = await connect(server);
    const { lines } = attached(client);
    await asked(client);
    expect(lines).toEqual(expected.map((part) => expect.stringContaining(part)));
    for (const line of lines)
      expect(line).toMatch(/^one: redisStore: .* Set allowVolatile: true if that is acceptable\.$/);
  });

  it("once for each receiver", async () => {
    const client = await connect(await start({}));
    const { lines, attach, claim } = attached(client);
    attach("two");
    await asked(client);
    attach("three");
    await claim();
    await claim();
    await asked(client);
    expect(lines.map((line) => line.split(":")[0])).toEqual(["one", "two", "three"]);
  });

  it("not with allowVolatile", async () => {
    const client = await connect(await start({}));
    const { lines, claim } = attached(client, { allowVolatile: true });
    await claim();
    await asked(client);
    expect(lines).toEqual([]);
  });

  it("not where CONFIG is denied, and asks for it once", async () => {
    const server = await start({});
    const admin = await connect(server);
    await admin.acl("SETUSER", "app", "on", ">pw", "~*", "+@all", "-config");
    const client = new Redis(server.port, "127.0.0.1", { username: "app", password: "pw" });
    closers.push(() => client.disconnect());
    await client.ping();
    const { lines, claim } = attached(client);
    await claim();
    await asked(client);
    await claim();
    await asked(client);
    expect(lines).toEqual([]);
    expect(await admin.info("commandstats")).toMatch(/cmdstat_config\|get:calls=0,.*rejected_calls=4,/);
  });

  it.each([
    ["ioredis", (server: RedisServer) => new Redis(server.port, "127.0.0.1", { lazyConnect: true })],
    ["node-redis", (server: RedisServer) => createClient({ url: server.url })],
  ])("after its first answer, where it was not connected when the receiver was built: %s", async (_, make) => {
    const server = await start({});
    const client = make(server);
    closers.push(() => (client instanceof Redis ? client.disconnect() : client.destroy()));
    const { lines, claim } = attached(client);
    expect(await server.ask("INFO clients")).toContain("connected_clients:1\r\n");
    await client.connect();
    await claim();
    await vi.waitFor(() => expect(lines).toEqual([expect.stringContaining("keeps nothing")]));
  });
});
