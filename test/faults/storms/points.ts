// kill -9 at a named point: before and after each op of a store or an inbox, and before and after the answer.
import { setTimeout as sleep } from "node:timers/promises";
import type { InboxState } from "hookgate";
import { type Engine, effectsOf, prepare } from "../engine.js";
import { ANSWER, INBOX_OPS, STORE_OPS, TRANSACTION_OPS } from "../failpoints.js";
import type { Asked } from "../plan.js";
import { inLanes, Sender } from "../sender.js";
import type { Bench, Report, Storm } from "../storm.js";
import { drained } from "../traffic.js";

const EVENTS = 6;
/** The second time, so that the first event has gone through. */
const NTH = 2;
const RESTART_PAUSE_MS = 20;
const REACH_MS = 30_000;
/** pg-boss hears of a dead worker after 30 s. */
const DRAIN_MS = 90_000;

type Make = (bench: Bench, at: string) => Promise<Engine>;

interface Points {
  readonly make: Make;
  readonly ops: readonly string[];
  readonly isInbox: boolean;
  /** What is run in the short form. */
  readonly short: readonly string[];
}

/** A handler that fails once is released; one that outlives a third of its lease is renewed. */
function askedFor(op: string): Asked {
  if (op === "release") return { type: "order.created", failures: 1 };
  return op === "renew" ? { type: "order.created", holdMs: 700 } : { type: "order.created" };
}

interface Ended {
  readonly isReached: boolean;
  readonly kept: ReadonlyMap<string, InboxState>;
  readonly effects: ReadonlyMap<string, number>;
}

async function killAt(bench: Bench, point: string, plan: Points): Promise<Ended> {
  const { recorder, random } = bench;
  const [op = ""] = point.split(":");
  const name = point.replace(":", "-");
  const engine = await plan.make(bench, name);
  await prepare(engine);
  const common = { engine, leaseSeconds: 1, handlerMs: [0, 2], works: plan.isInbox } as const;
  let process = await bench.start(common, { failpoint: `${point}:${NTH}` });
  const sender = new Sender({ port: () => (process.isAlive ? process.port : undefined), recorder, random });
  const restarted = process.ended.then(async (how) => {
    await sleep(RESTART_PAUSE_MS);
    process = await bench.start(common);
    return how === "SIGKILL";
  });
  await inLanes(EVENTS, async (lane) => {
    await sender.deliverUntilTaken({ id: `${name}-${lane}`, asked: askedFor(op) });
  });
  sender.close();
  // A worker may get to its point long after the answers.
  const isReached = await Promise.race([restarted, sleep(REACH_MS, false)]);
  const end = plan.isInbox ? await drained({ engine, recorder, withinMs: DRAIN_MS }) : undefined;
  const isTransactional = engine.kind === "postgres" && engine.isTransactional;
  const effects = isTransactional ? await effectsOf(engine.url) : new Map<string, number>();
  await process.kill();
  return { isReached, kept: end?.kept ?? new Map(), effects };
}

async function killAtAll(bench: Bench, plan: Points): Promise<Report> {
  const all = [...plan.ops, ANSWER].flatMap((op) => [`${op}:before`, `${op}:after`]);
  const points = bench.size.isShort ? plan.short : all;
  // At once: pg-boss's half minute is then waited for once.
  const ended = await Promise.all(points.map((point) => killAt(bench, point, plan)));
  const kept = new Map(ended.flatMap((one) => [...one.kept]));
  const effects = new Map(ended.flatMap((one) => [...one.effects]));
  const violations = bench.check({
    runs: "at least once",
    ...(plan.isInbox ? { kept } : {}),
    ...(effects.size > 0 ? { effects } : {}),
  });
  const unreached = points
    .filter((_, at) => ended[at]?.isReached !== true)
    .map((point) => ({ rule: "point", message: `${point} was never reached` }));
  const runs = bench.steps().filter((step) => step.kind === "end" && step.isOk).length;
  return {
    events: points.length * EVENTS,
    faults: points.length - unreached.length,
    violations: [...violations, ...unreached],
    figures: { points: points.join(", "), "handlers ended more than once": runs - points.length * EVENTS },
  };
}

const STORE_SHORT = ["claim:after", "complete:before", "answer:before"];
const INBOX_SHORT = ["put:after", "run:after"];

function storm(name: string, needsRedis: boolean, plan: Points): Storm {
  return {
    name: `points-${name}`,
    title: "kill -9 at each named point: nothing lost",
    isInShort: plan.short.length > 0,
    ...(needsRedis ? { needs: ["redis"] } : {}),
    run: (bench) => killAtAll(bench, plan),
  };
}

/** A server for all points of a storm; a file for each. */
function once<T>(make: (bench: Bench) => Promise<T>): (bench: Bench) => Promise<T> {
  const made = new WeakMap<Bench, Promise<T>>();
  return (bench) => {
    const found = made.get(bench) ?? make(bench);
    made.set(bench, found);
    return found;
  };
}
const postgresOnce = once((bench) => bench.postgres());
const redisOnce = once((bench) => bench.redis());
const preparedOnce = once(async (bench) => {
  const engine = {
    kind: "pg-boss",
    url: (await postgresOnce(bench)).url,
    isTransactional: false,
    keepsOrder: false,
  } as const;
  await prepare(engine);
  return engine;
});

export const POINTS: readonly Storm[] = [
  storm("redis", true, {
    make: async (bench) => ({ kind: "redis", port: (await redisOnce(bench)).port, client: "ioredis" }),
    ops: STORE_OPS,
    isInbox: false,
    short: STORE_SHORT,
  }),
  storm("postgres", false, {
    make: async (bench) => ({ kind: "postgres", url: (await postgresOnce(bench)).url, isTransactional: false }),
    ops: STORE_OPS,
    isInbox: false,
    short: [],
  }),
  storm("transactional", false, {
    make: async (bench) => ({ kind: "postgres", url: (await postgresOnce(bench)).url, isTransactional: true }),
    ops: TRANSACTION_OPS,
    isInbox: false,
    short: ["begin:after", "complete:before", "complete:after"],
  }),
  storm("sqlite", false, {
    make: async ({ folder }) => ({ kind: "sqlite", path: `${folder}/store.db` }),
    ops: STORE_OPS,
    isInbox: false,
    short: STORE_SHORT,
  }),
  storm("sqlite-inbox", false, {
    make: async ({ folder }, at) => ({ kind: "sqlite-inbox", path: `${folder}/${at}.db`, leaseSeconds: 1 }),
    ops: INBOX_OPS,
    isInbox: true,
    short: INBOX_SHORT,
  }),
  storm("pg-boss", false, { make: preparedOnce, ops: INBOX_OPS, isInbox: true, short: [] }),
  storm("bullmq", true, {
    make: async (bench) => ({ kind: "bullmq", port: (await bench.redis()).port, lockSeconds: 1 }),
    ops: INBOX_OPS,
    isInbox: true,
    short: [],
  }),
];
