// kill -9 at a named point: before and after each op of a store or an inbox, and before and after the answer.
import { setTimeout as sleep } from "node:timers/promises";
import { type Engine, effectsOf, prepare } from "../engine.js";
import { ANSWER, INBOX_OPS, STORE_OPS, TRANSACTION_OPS } from "../failpoints.js";
import type { Asked } from "../plan.js";
import type { Process } from "../processes.js";
import { inLanes, Sender } from "../sender.js";
import type { Bench, Report, Storm } from "../storm.js";
import { drained } from "../traffic.js";

const EVENTS = 6;
/** The second time, so that the first event has gone through. */
const NTH = 2;
const RESTART_PAUSE_MS = 20;
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

async function killAt(bench: Bench, point: string, plan: Points): Promise<string | undefined> {
  const { recorder, random } = bench;
  const [op = ""] = point.split(":");
  const engine = await plan.make(bench, point.replace(":", "-"));
  await prepare(engine);
  const common = { engine, leaseSeconds: 1, handlerMs: [0, 2], works: plan.isInbox } as const;
  let process: Process | undefined = await bench.start(common, { failpoint: `${point}:${NTH}` });
  const first = process;
  const sender = new Sender({ port: () => (process?.isAlive === true ? process.port : undefined), recorder, random });
  const restarted = first.ended.then(async (how) => {
    await sleep(RESTART_PAUSE_MS);
    process = await bench.start(common);
    return how;
  });
  const prefix = point.replace(":", "-");
  await inLanes(EVENTS, (lane) =>
    sender.deliverUntilTaken({ id: `${prefix}-${lane}`, asked: askedFor(op) }).then(() => undefined),
  );
  sender.close();
  // A worker may get to its point long after the answers.
  const how = await Promise.race([restarted, sleep(plan.isInbox ? 5_000 : 1_000)]);
  const end = plan.isInbox ? await drained({ engine, recorder, withinMs: DRAIN_MS }) : undefined;
  for (const [id, state] of end?.kept ?? []) kept(bench).set(id, state);
  if (engine.kind === "postgres" && engine.isTransactional) {
    for (const [id, count] of await effectsOf(engine.url)) effects(bench).set(id, count);
  }
  await (process as Process).kill();
  return how === "SIGKILL" ? undefined : `${point} was never reached`;
}

type Ends = { readonly kept: Map<string, never>; readonly effects: Map<string, number> };
const ends = new WeakMap<Bench, Ends>();
function endsOf(bench: Bench): Ends {
  const found = ends.get(bench) ?? { kept: new Map(), effects: new Map() };
  ends.set(bench, found);
  return found;
}
const kept = (bench: Bench): Map<string, unknown> => endsOf(bench).kept;
const effects = (bench: Bench): Map<string, number> => endsOf(bench).effects;

async function killAtAll(bench: Bench, plan: Points): Promise<Report> {
  const all = [...plan.ops, ANSWER].flatMap((op) => [`${op}:before`, `${op}:after`]);
  const points = bench.size.isShort ? plan.short : all;
  // pg-boss's half minute is waited for by all of them at once.
  const missed = await Promise.all(points.map((point) => killAt(bench, point, plan)));
  const found = endsOf(bench);
  const violations = bench.check({
    runs: "at least once",
    ...(plan.isInbox ? { kept: found.kept } : {}),
    ...(found.effects.size > 0 ? { effects: found.effects } : {}),
  });
  const unreached = missed.filter((one) => one !== undefined).map((message) => ({ rule: "point", message }));
  const steps = bench.steps();
  const ended = steps.filter((step) => step.kind === "end" && step.isOk).length;
  return {
    events: points.length * EVENTS,
    faults: points.length - unreached.length,
    violations: [...violations, ...unreached],
    figures: { points: points.join(", "), "handlers ended more than once": ended - points.length * EVENTS },
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
