// kill -9, at random: of the process that accepts, or of those that work.
import { setTimeout as sleep } from "node:timers/promises";
import { type Engine, effectsOf, prepare } from "../engine.js";
import { nowMs } from "../history.js";
import type { Process } from "../processes.js";
import type { Bench, Report, Storm } from "../storm.js";
import { drained, startTraffic, turnOf } from "../traffic.js";

type Make = (bench: Bench) => Promise<Engine>;

interface Kills {
  readonly make: Make;
  /** Who is killed. A direct receiver does both. */
  readonly who: "accepting" | "working";
  /** Events and kills, in the long form and in the short one. */
  readonly events: readonly [number, number];
  readonly kills: readonly [number, number];
  /** How long a process lives, from when it serves. */
  readonly lifeMs: readonly [number, number];
  readonly handlerMs: readonly [number, number];
  readonly isOrdered?: boolean;
  readonly drainMs: number;
}

const LANES = 32;
/** About 350 events a second: a life of 50 to 300 ms sees some twenty at work. */
const REST_MS = 150;

/** Nobody was there to take these: they say nothing. */
const NOBODY: ReadonlySet<string> = new Set(["ECONNREFUSED", "nobody listens"]);

async function kill(bench: Bench, plan: Kills): Promise<Report> {
  const { recorder, random, size } = bench;
  const engine = await plan.make(bench);
  await prepare(engine);
  const isDirect = !engine.kind.includes("-") && engine.kind !== "bullmq";
  const events = bench.count(size.events, ...plan.events);
  const kills = bench.count(size.kills, ...plan.kills);
  const isOrdered = plan.isOrdered ?? false;
  const common = { engine, handlerMs: plan.handlerMs, isOrdered, leaseSeconds: 1 };
  const dice = random.split("lives");
  let accepting: Process | undefined;
  let done = 0;
  let isLast = false;

  const startAccepting = async (): Promise<void> => {
    accepting = await bench.start({ ...common, serves: true, works: false });
  };
  const startWorking = (): Promise<Process> =>
    bench.start({ ...common, serves: false, works: true, concurrency: plan.who === "working" ? 4 : 10 });

  const traffic = startTraffic({
    recorder,
    random: random.split("traffic"),
    port: () => (accepting?.isAlive === true ? accepting.port : undefined),
    lanes: LANES,
    restMs: REST_MS,
    goesOn: (taken) => !isLast && (taken < events || (plan.who === "accepting" && done < kills)),
  });
  let working: Process | undefined;
  if (!isDirect && plan.who === "accepting") working = await startWorking();
  if (plan.who === "working") await startAccepting();

  while (done < kills || (plan.who === "accepting" && traffic.taken < events)) {
    if (plan.who === "accepting") await startAccepting();
    else working = await startWorking();
    await sleep(dice.between(...plan.lifeMs));
    await (plan.who === "accepting" ? accepting : working)?.kill();
    done++;
  }
  isLast = true;
  const startMs = nowMs();
  if (plan.who === "accepting") await startAccepting();
  else working = await startWorking();
  await traffic.ended;
  const url = "url" in engine ? engine.url : undefined;
  const isTransactional = "isTransactional" in engine && engine.isTransactional;
  const end = isDirect
    ? undefined
    : await drained({ engine, recorder, withinMs: plan.drainMs, redrives: plan.who === "working" });
  const drainSeconds = ((nowMs() - startMs) / 1_000).toFixed(1);
  await working?.terminate();
  await accepting?.terminate();
  const effects = isTransactional && url !== undefined ? await effectsOf(url) : undefined;
  const violations = bench.check({
    runs: isDirect || plan.who === "working" ? "at least once" : "once",
    ...(end === undefined ? {} : { kept: end.kept }),
    ...(effects === undefined ? {} : { effects }),
    ...(isOrdered ? { turnOf } : {}),
  });
  return { events: traffic.taken, faults: done, violations, figures: figuresOf() };

  function figuresOf(): Record<string, string | number> {
    const steps = bench.steps();
    const begun = steps.filter(({ kind }) => kind === "begin").length;
    const ended = steps.filter((step) => step.kind === "end" && step.isOk).length;
    const cut = steps.filter((step) => step.kind === "info" && !NOBODY.has(step.reason)).length;
    return {
      "deliveries cut off by a kill": cut,
      "handlers begun, and ended": `${begun}, ${ended}`,
      "ended more than once": ended - traffic.taken,
      ...(effects === undefined ? {} : { "effects that stand": [...effects.values()].reduce((a, b) => a + b, 0) }),
      ...(end === undefined ? {} : { "all done, seconds after the last kill": drainSeconds }),
      ...(end === undefined || end.redriven === 0 ? {} : { "dead after three kills, and redriven": end.redriven }),
    };
  }
}

/** Who is killed here are hookgate's processes; the server is as one in production, and waits for the disk. */
const SYNCED = ["-c", "fsync=on"];
const syncedPostgres = async (bench: Bench): Promise<string> => (await bench.postgres(SYNCED)).url;

const sqliteInbox =
  (leaseSeconds: number): Make =>
  async ({ folder }) => ({ kind: "sqlite-inbox", path: `${folder}/inbox.db`, leaseSeconds });
const pgBoss =
  (isTransactional: boolean, keepsOrder = false): Make =>
  async (bench) => ({ kind: "pg-boss", url: await syncedPostgres(bench), isTransactional, keepsOrder });
const bullmq =
  (lockSeconds: number): Make =>
  async (bench) => ({ kind: "bullmq", port: (await bench.redis()).port, lockSeconds });
const redis: Make = async (bench) => ({ kind: "redis", port: (await bench.redis()).port, client: "ioredis" });
const sqlite: Make = async ({ folder }) => ({ kind: "sqlite", path: `${folder}/store.db` });
const postgres =
  (isTransactional: boolean): Make =>
  async (bench) => ({ kind: "postgres", url: await syncedPostgres(bench), isTransactional });

const ACCEPTING = {
  who: "accepting",
  events: [5_000, 400],
  kills: [100, 8],
  lifeMs: [50, 300],
  handlerMs: [0, 5],
  drainMs: 120_000,
} as const;
const DIRECT = { ...ACCEPTING, events: [1_500, 300], kills: [50, 8], handlerMs: [5, 40] } as const;
const WORKING = {
  who: "working",
  events: [1_500, 300],
  kills: [50, 8],
  lifeMs: [150, 450],
  handlerMs: [5, 40],
  drainMs: 180_000,
} as const;

/** An event of a killed worker comes again after half a minute, and holds back its key: longer lives, or all keys would be held. */
const SLOW_RETURN = { lifeMs: [800, 3_200], drainMs: 300_000 } as const;

/** Of a worker that nobody kills: it is not to lose its events because it waits for a core. */
const SAFE_SECONDS = 10;

function storm(name: string, title: string, plan: Kills, isInShort = true, needsRedis = false): Storm {
  const needs = needsRedis ? { needs: ["redis"] as const } : {};
  return { name, title, isInShort, ...needs, run: (bench) => kill(bench, plan) };
}

export const KILLS: readonly Storm[] = [
  storm("kills-sqlite", "kill -9 of the process that accepts into sqliteInbox: nothing lost", {
    ...ACCEPTING,
    make: sqliteInbox(SAFE_SECONDS),
  }),
  storm("kills-pg-boss", "kill -9 of the process that accepts into pgBossInbox: nothing lost", {
    ...ACCEPTING,
    make: pgBoss(false),
  }),
  storm(
    "kills-bullmq",
    "kill -9 of the process that accepts into bullmqInbox (AOF): nothing lost",
    { ...ACCEPTING, make: bullmq(SAFE_SECONDS) },
    true,
    true,
  ),
  storm("workers-postgres", "kill -9 of receivers on a transactional postgresStore: one effect an event", {
    ...DIRECT,
    make: postgres(true),
  }),
  storm(
    "workers-pg-boss",
    "kill -9 of workers of pgBossInbox with a transactional store: one effect an event",
    {
      ...WORKING,
      make: pgBoss(true),
    },
    false,
  ),
  storm("workers-sqlite", "kill -9 of workers of sqliteInbox, ordered by key: nothing lost, and in turn", {
    ...WORKING,
    make: sqliteInbox(1),
    isOrdered: true,
  }),
  storm(
    "workers-pg-boss-ordered",
    "kill -9 of workers of pgBossInbox, ordered by key: nothing lost, and in turn",
    { ...WORKING, ...SLOW_RETURN, make: pgBoss(false, true), isOrdered: true },
    false,
  ),
  storm(
    "workers-bullmq",
    "kill -9 of workers of bullmqInbox: nothing lost",
    { ...WORKING, make: bullmq(2) },
    false,
    true,
  ),
  storm("receivers-redis", "kill -9 of receivers on redisStore: nothing lost", { ...DIRECT, make: redis }, false, true),
  storm(
    "receivers-postgres",
    "kill -9 of receivers on postgresStore: nothing lost",
    {
      ...DIRECT,
      make: postgres(false),
    },
    false,
  ),
  storm("receivers-sqlite", "kill -9 of receivers on sqliteStore: nothing lost", { ...DIRECT, make: sqlite }, false),
];
