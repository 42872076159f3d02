// Redis and PostgreSQL go away, each in several ways, under each store and inbox on them.
import type { Engine } from "../engine.js";
import { endureAll, type Outage } from "../outage.js";
import type { Bench, Report, Storm } from "../storm.js";
import { startTcpProxy } from "../tcp-proxy.js";

async function redisOutages(bench: Bench, of: (port: number) => Engine): Promise<Report> {
  const server = await bench.redis();
  const proxy = await startTcpProxy(server.port);
  bench.onClose(() => proxy.close());
  const { isShort } = bench.size;
  const lastsMs = isShort ? 1_500 : 2_500;
  const outages: Outage[] = [
    {
      name: "killed, restarted",
      begin: () => server.crash(),
      end: () => server.restart(),
      lastsMs,
      expects: "refused",
    },
    {
      name: "SCRIPT FLUSH",
      begin: () => server.ask("SCRIPT FLUSH"),
      end: () => server.ask("SCRIPT FLUSH"),
      lastsMs: 300,
      expects: "works",
    },
    {
      name: "READONLY (a replica)",
      begin: () => server.ask("REPLICAOF 127.0.0.1 1"),
      end: () => server.ask("REPLICAOF NO ONE"),
      lastsMs,
      expects: "refused",
    },
    {
      name: "OOM",
      begin: () => server.ask("CONFIG SET maxmemory 1"),
      end: () => server.ask("CONFIG SET maxmemory 0"),
      lastsMs,
      expects: "refused",
    },
    ...networkOutages(proxy, isShort),
    ...(isShort
      ? []
      : ([
          {
            name: "stopped (SIGSTOP)",
            begin: () => server.hang(),
            end: () => server.goOn(),
            lastsMs,
            expects: "refused",
          },
        ] as const)),
  ];
  return endureAll(bench, of(proxy.port), outages, of(server.port));
}

async function postgresOutages(bench: Bench, of: (url: string) => Engine): Promise<Report> {
  const server = await bench.postgres();
  const proxy = await startTcpProxy(server.port);
  bench.onClose(() => proxy.close());
  const { isShort } = bench.size;
  const lastsMs = isShort ? 1_500 : 2_500;
  const outages: Outage[] = [
    { name: "killed, restarted", begin: () => server.kill(), end: () => server.start(), lastsMs, expects: "refused" },
    ...(isShort
      ? []
      : ([
          {
            name: "stop -m immediate",
            begin: () => server.stop(),
            end: () => server.start(),
            lastsMs,
            expects: "refused",
          },
          {
            name: "stopped (SIGSTOP)",
            begin: () => server.pause(),
            end: () => server.resume(),
            lastsMs,
            expects: "refused",
          },
        ] as const)),
    ...networkOutages(proxy, isShort),
  ];
  const url = server.url.replace(`:${server.port}/`, `:${proxy.port}/`);
  return endureAll(bench, of(url), outages, of(server.url));
}

function networkOutages(proxy: Awaited<ReturnType<typeof startTcpProxy>>, isShort: boolean): readonly Outage[] {
  const lastsMs = isShort ? 1_500 : 2_500;
  const heal = (): void => proxy.heal();
  const all: readonly (Outage & { readonly isLong?: boolean })[] = [
    { name: "half-open network", begin: () => proxy.swallow(), end: heal, lastsMs, expects: "refused" },
    { name: "connections reset", begin: () => proxy.reset(), end: heal, lastsMs, expects: "refused", isLong: true },
    { name: "10 ms each way", begin: () => proxy.delay(10), end: heal, lastsMs, expects: "works", isLong: true },
    {
      name: "1,200 ms each way",
      begin: () => proxy.delay(1_200),
      end: heal,
      lastsMs,
      expects: "refused",
      isLong: true,
    },
  ];
  return all.filter(({ isLong }) => !(isShort && isLong === true));
}

const TITLE = "503 within 1.5 s, no handler, well again within 2 s";

export const OUTAGES: readonly Storm[] = [
  {
    name: "outage-redis-ioredis",
    title: `Redis goes away under redisStore(ioredis): ${TITLE}`,
    isInShort: true,
    needs: ["redis"],
    run: (bench) => redisOutages(bench, (port) => ({ kind: "redis", port, client: "ioredis" })),
  },
  {
    name: "outage-redis-node-redis",
    title: `Redis goes away under redisStore(node-redis): ${TITLE}`,
    isInShort: false,
    needs: ["redis"],
    run: (bench) => redisOutages(bench, (port) => ({ kind: "redis", port, client: "redis" })),
  },
  {
    name: "outage-bullmq",
    title: `Redis goes away under bullmqInbox: ${TITLE}`,
    isInShort: false,
    needs: ["redis"],
    run: (bench) => redisOutages(bench, (port) => ({ kind: "bullmq", port, lockSeconds: 2 })),
  },
  {
    name: "outage-postgres",
    title: `PostgreSQL goes away under postgresStore: ${TITLE}`,
    isInShort: true,
    run: (bench) => postgresOutages(bench, (url) => ({ kind: "postgres", url, isTransactional: false })),
  },
  {
    name: "outage-transactional",
    title: `PostgreSQL goes away under a transactional postgresStore: ${TITLE}, one effect an event`,
    isInShort: false,
    run: (bench) => postgresOutages(bench, (url) => ({ kind: "postgres", url, isTransactional: true })),
  },
  {
    name: "outage-pg-boss",
    title: `PostgreSQL goes away under pgBossInbox: ${TITLE}`,
    isInShort: false,
    run: (bench) =>
      postgresOutages(bench, (url) => ({ kind: "pg-boss", url, isTransactional: false, keepsOrder: false })),
  },
];
