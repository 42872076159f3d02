// What does `redisStore` cost beside the least one could do, a `SET key 1 NX PX`? Needs a redis-server on PATH.
import { Redis } from "ioredis";
import { createClient } from "redis";
import type { RedisStore } from "../src/stores/redis/redis-store.js";
import { hasRedis, type RedisServer, startRedis } from "../test/support/redis-server.js";
import { bundled } from "./bundled.js";
import { type Contestant, compare, median, ratio } from "./measure.js";
import { cost, heading, table, times, two } from "./report.js";

const EVENTS_PER_ROUND = 4000;
const ROUNDS = 11;
const WARM_UP_ROUNDS = 2;
/** Asked for at once, as by so many deliveries. */
const IN_FLIGHT = 64;
const KEPT_KEYS = 100_000;
const RETENTION_SECONDS = 7 * 86_400;
const RETENTION_MS = RETENTION_SECONDS * 1000;

const load = await bundled("redis", ["dedupe/key", "stores/redis/index"]);
const { bodyDigest, dedupeKey } = await load<typeof import("../src/dedupe/key.js")>("dedupe/key");
const { redisStore } = await load<typeof import("../src/stores/redis/index.js")>("stores/redis/index");

interface Event {
  readonly key: string;
  readonly token: string;
  readonly digest: string;
}

let made = 0;
function newEvents(count: number): Event[] {
  return Array.from({ length: count }, () => {
    const key = dedupeKey({ scope: "bench", sender: "stripe", tenant: undefined, id: `evt_${made++}` });
    return { key, token: key.slice(0, 22), digest: bodyDigest(Buffer.from(key)) };
  });
}

async function forAll(events: readonly Event[], act: (event: Event) => Promise<unknown>): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let event = events[next++]; event !== undefined; event = events[next++]) await act(event);
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
}

async function claimAndComplete(store: RedisStore, { key, token, digest }: Event): Promise<void> {
  const answer = await store.claim({ key, token, leaseSeconds: 60, bodyDigest: digest });
  if (answer.state !== "claimed") throw new Error("a new key must be claimed");
  await store.complete(key, token, { reply: undefined }, RETENTION_SECONDS);
}

async function claimDone(store: RedisStore, { key, digest }: Event): Promise<void> {
  const answer = await store.claim({ key, token: "duplicate", leaseSeconds: 60, bodyDigest: digest });
  if (answer.state !== "done") throw new Error("a done key must be done");
}

/** What else a round tells, by contestant. */
interface Seen {
  readonly wallMs: number[];
  readonly serverMs: number[];
}

async function compareCosts(server: RedisServer, redis: Redis): Promise<void> {
  const nodeRedis = createClient({ url: server.url });
  await nodeRedis.connect();
  const seen = new Map<string, Seen>();
  const watched = (name: string, run: (events: readonly Event[]) => Promise<void>): Contestant<readonly Event[]> => ({
    name,
    async run(events) {
      const own = seen.get(name) ?? { wallMs: [], serverMs: [] };
      const serverBefore = await serverCpuMs(redis);
      const startedMs = performance.now();
      await run(events);
      own.wallMs.push(performance.now() - startedMs);
      own.serverMs.push((await serverCpuMs(redis)) - serverBefore);
      seen.set(name, own);
    },
  });
  const clients = { ioredis: redis, "node-redis": nodeRedis };
  const contestants = Object.entries(clients).flatMap(([name, client]) => {
    const store = redisStore(client, { prefix: `${name}:`, allowVolatile: true });
    const done = redisStore(client, { prefix: "done:", allowVolatile: true });
    const set = (key: string): Promise<unknown> =>
      client === redis
        ? redis.set(key, "1", "PX", RETENTION_MS, "NX")
        : nodeRedis.set(key, "1", { expiration: { type: "PX", value: RETENTION_MS }, condition: "NX" });
    return [
      watched(`${name}: SET NX PX`, (events) => forAll(events, ({ key }) => set(`${name}:set:${key}`))),
      watched(`${name}: claim, complete`, (events) => forAll(events, (event) => claimAndComplete(store, event))),
      watched(`${name}: claim of a done event`, (events) => forAll(events, (event) => claimDone(done, event))),
    ];
  });
  const doneBefore = redisStore(redis, { prefix: "done:", allowVolatile: true });
  const batches: Event[][] = [];
  for (let round = 0; round < ROUNDS + WARM_UP_ROUNDS; round++) {
    const events = newEvents(EVENTS_PER_ROUND);
    await forAll(events, (event) => claimAndComplete(doneBefore, event));
    batches.push(events);
  }
  const measured = await compare(contestants, {
    rounds: ROUNDS,
    warmUpRounds: WARM_UP_ROUNDS,
    batch: () => batches.shift() as Event[],
    operationsPerBatch: EVENTS_PER_ROUND,
  });
  const perEvent = (values: readonly number[]): string => two((median(values) * 1000) / EVENTS_PER_ROUND);
  table(
    ["", "client CPU, µs", "against its SET", "server CPU, µs", "events/s", "against its SET"],
    measured.map((one, at) => {
      const base = measured[at - (at % 3)] as typeof one;
      const own = seen.get(one.name) as Seen;
      const wall = (of: typeof one) => ({
        ...of,
        samples: (seen.get(of.name) as Seen).wallMs.slice(WARM_UP_ROUNDS),
      });
      return [
        one.name,
        cost(one),
        times(one, base),
        perEvent(own.serverMs.slice(WARM_UP_ROUNDS)),
        Math.round((EVENTS_PER_ROUND * 1000) / median(own.wallMs.slice(WARM_UP_ROUNDS))).toLocaleString("en"),
        one === base ? "1" : two(1 / ratio(wall(one), wall(base))),
      ];
    }),
  );
  console.log(`\nPer event; ${IN_FLIGHT} events at once over one connection, client and server on the same machine.`);
  nodeRedis.destroy();
}

async function countRoundTrips(redis: Redis): Promise<void> {
  const store = redisStore(redis, { prefix: "count:", allowVolatile: true });
  const calls = async (): Promise<number> => {
    const stats = await redis.info("commandstats");
    return [...stats.matchAll(/cmdstat_eval(?:sha)?:calls=(\d+)/g)].reduce((sum, [, count]) => sum + Number(count), 0);
  };
  const before = await calls();
  const events = newEvents(1000);
  await forAll(events, (event) => claimAndComplete(store, event));
  console.log(`\nRound trips for a claim and a completion: ${((await calls()) - before) / events.length}.`);
}

async function measureMemory(redis: Redis): Promise<void> {
  const store = redisStore(redis, { allowVolatile: true });
  const events = newEvents(KEPT_KEYS);
  const [claimed, done, marks] = [
    await bytesPerKey(redis, () =>
      forAll(events, ({ key, token, digest }) => store.claim({ key, token, leaseSeconds: 60, bodyDigest: digest })),
    ),
    await bytesPerKey(redis, () => forAll(events, (event) => claimAndComplete(store, event))),
    await bytesPerKey(redis, () =>
      forAll(events, ({ key }) => redis.set(`hookgate:{${key}}`, "1", "PX", RETENTION_MS, "NX")),
    ),
  ];
  table(
    ["", "bytes per key"],
    [
      ["a claim in work", claimed.toFixed(0)],
      ["a handled event", done.toFixed(0)],
      ["SET NX PX of the same key (for reference)", marks.toFixed(0)],
    ],
  );
}

async function bytesPerKey(redis: Redis, fill: () => Promise<void>): Promise<number> {
  await redis.flushall("SYNC");
  const before = await usedBytes(redis);
  await fill();
  return ((await usedBytes(redis)) - before) / KEPT_KEYS;
}

async function usedBytes(redis: Redis): Promise<number> {
  return Number(/used_memory_dataset:(\d+)/.exec(await redis.info("memory"))?.[1]) + (await overheadBytes(redis));
}

/** Tables of keys and expiries are counted apart from what they hold. */
async function overheadBytes(redis: Redis): Promise<number> {
  const info = await redis.call("MEMORY", "STATS");
  const stats = info as readonly unknown[];
  const database = stats[stats.indexOf("db.0") + 1];
  return Array.isArray(database)
    ? database.reduce((sum: number, value) => sum + (typeof value === "number" ? value : 0), 0)
    : 0;
}

async function serverCpuMs(redis: Redis): Promise<number> {
  const info = await redis.info("cpu");
  const read = (name: string): number => Number(new RegExp(`${name}:([\\d.]+)`).exec(info)?.[1]) * 1000;
  return read("used_cpu_user") + read("used_cpu_sys");
}

if (hasRedis) {
  const server = await startRedis();
  const redis = new Redis(server.port, "127.0.0.1");
  try {
    heading(`redisStore beside SET NX PX`, ["ioredis", "redis"]);
    console.log(`${(await redis.info("server")).match(/redis_version:\S+/)?.[0]}, without persistence.\n`);
    await compareCosts(server, redis);
    await countRoundTrips(redis);
    heading(`redisStore with ${KEPT_KEYS.toLocaleString("en")} events`);
    await measureMemory(redis);
  } finally {
    redis.disconnect();
    await server.stop();
  }
} else {
  console.log("\n*** redis-store is left out: redis-server is not on PATH ***");
}
