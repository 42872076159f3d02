// A holder that stalls longer than its lease, then goes on: by SIGSTOP, or because its event loop is blocked.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Violation } from "../check-history.js";
import { type Engine, prepare } from "../engine.js";
import { nowMs, type Step } from "../history.js";
import type { Process } from "../processes.js";
import { type Heard, Sender } from "../sender.js";
import type { Bench, Report, Storm } from "../storm.js";
import { drained } from "../traffic.js";

const LEASE_SECONDS = 2;
/** So long before it stalled the holder may have renewed its lease last. */
const RENEWED_MS = 800;
/** A handler must not have ended before its process is stalled. */
const HOLD_MS = 800;
/** Until another has taken the event and run it, at most. */
const TAKE_OVER_MS = 30_000;
const SETTLE_MS = 400;

type How = "stopped" | "blocked";

/** @returns What lets it go on. Not a time but the driver decides: on a slow machine the other takes over later. */
function stall(bench: Bench, process: Process, how: How): () => void {
  if (how === "stopped") {
    process.stall();
    return () => process.goOn();
  }
  const file = join(bench.folder, `go-on-${process.pid}`);
  process.say({ blockUntilFile: file, mostMs: 2 * TAKE_OVER_MS });
  return () => writeFileSync(file, "");
}

interface Round {
  readonly id: string;
  readonly how: How;
  readonly violations: readonly Violation[];
}

/** A holds the event and stalls; B takes it over and ends it; A goes on, and must neither answer for B nor write over it. */
async function direct(bench: Bench, engine: Engine, id: string, how: How): Promise<Round> {
  const plan = { engine, leaseSeconds: LEASE_SECONDS };
  const [a, b] = await Promise.all([bench.start(plan), bench.start(plan)]);
  const sender = new Sender({ port: () => undefined, recorder: bench.recorder, random: bench.random });
  const event = { id, asked: { type: "order.created", holdMs: HOLD_MS, isStubborn: true } };
  const first = sender.deliver(event, false, a.port);
  await until(() => begun(bench, id).length === 1);
  const goOn = stall(bench, a, how);
  const stalledMs = nowMs();
  let second: Heard;
  do {
    await sleep(50);
    second = await sender.deliver(event, false, b.port);
  } while (second.status === 503 && nowMs() < stalledMs + TAKE_OVER_MS);
  const tookOverMs = nowMs() - stalledMs;
  goOn();
  const late = await first;
  const third = await sender.deliver(event, false, b.port);
  sender.close();
  await Promise.all([a.kill(), b.kill()]);

  const steps = bench.steps().filter((step) => "id" in step && step.id === id);
  const violations: Violation[] = [];
  const say = (message: string): void => void violations.push({ rule: "stall", message: `${id} (${how}): ${message}` });
  const [held, taken] = runs(steps);
  if (second.status !== 200 || taken === undefined) say(`was not taken over: ${second.status ?? second.reason}`);
  else if ((taken.fence ?? 0) <= (held?.fence ?? 0)) say(`fence ${taken.fence} after ${held?.fence}`);
  if (tookOverMs < LEASE_SECONDS * 1_000 - RENEWED_MS)
    say(`taken over after ${Math.round(tookOverMs)} ms, within the lease`);
  if (!steps.some((step) => step.kind === "told" && step.what.includes("double_run")))
    say("no double_run was reported");
  if (third.body !== taken?.run) say(`a duplicate heard "${third.body}", not the new holder's "${taken?.run}"`);
  if (late.status !== 200) say(`the late holder's sender heard ${late.status ?? late.reason}`);
  return { id, how, violations };
}

/** As above, of workers: whoever begins first stalls. */
async function ofWorkers(bench: Bench, engine: Engine, id: string, how: How): Promise<Round> {
  const accepting = await bench.start({ engine });
  const workers = await Promise.all(
    [1, 2].map(() => bench.start({ engine, serves: false, works: true, concurrency: 2 })),
  );
  const sender = new Sender({ port: () => accepting.port, recorder: bench.recorder, random: bench.random });
  await sender.deliverUntilTaken({ id, asked: { type: "order.created", holdMs: HOLD_MS, isStubborn: true } });
  sender.close();
  await until(() => begun(bench, id).length === 1);
  const holder = workers.find(({ pid }) => pid === begun(bench, id)[0]?.pid) as Process;
  const goOn = stall(bench, holder, how);
  const violations: Violation[] = [];
  const say = (message: string): void => void violations.push({ rule: "stall", message: `${id} (${how}): ${message}` });
  const isTaken = await until(() => ended(bench, id).length === 1, TAKE_OVER_MS);
  if (!isTaken) say("was not taken over");
  goOn();
  if (!(await until(() => ended(bench, id).length === 2, TAKE_OVER_MS))) say("the late holder never ended");
  await sleep(SETTLE_MS);
  const pids = new Set(begun(bench, id).map(({ pid }) => pid));
  // One whose event loop was blocked may be the first to ask again, once it goes on.
  if (isTaken && how === "stopped" && pids.size !== 2) say(`ran in ${pids.size} processes`);
  if (begun(bench, id).length !== 2) say(`ran ${begun(bench, id).length} times`);
  await Promise.all([accepting, ...workers].map((one) => one.kill()));
  return { id, how, violations };
}

async function stallAll(bench: Bench, engine: Engine): Promise<Report> {
  await prepare(engine);
  const isInbox = engine.kind === "sqlite-inbox" || engine.kind === "bullmq";
  const count = bench.count(bench.size.kills, 10, 2);
  const rounds: Round[] = [];
  for (let at = 0; at < count; at++) {
    const how = at % 2 === 0 ? "stopped" : "blocked";
    rounds.push(await (isInbox ? ofWorkers : direct)(bench, engine, `evt-${at}`, how));
  }
  const end = isInbox ? await drained({ engine, recorder: bench.recorder, withinMs: 60_000 }) : undefined;
  const violations = bench.check({ runs: "at least once", ...(end === undefined ? {} : { kept: end.kept }) });
  const steps = bench.steps();
  return {
    events: count,
    faults: count,
    violations: [...rounds.flatMap((round) => round.violations), ...violations],
    figures: {
      "double_run reported": steps.filter((step) => step.kind === "told" && step.what.includes("double_run")).length,
      "signals aborted": steps.filter(({ kind }) => kind === "aborted").length,
    },
  };
}

type Begin = Extract<Step, { kind: "begin" }>;

function runs(steps: readonly Step[]): readonly Begin[] {
  return steps.filter((step) => step.kind === "begin");
}
function begun(bench: Bench, id: string): readonly Begin[] {
  return runs(bench.steps()).filter((step) => step.id === id);
}
function ended(bench: Bench, id: string): readonly Step[] {
  return bench.steps().filter((step) => step.kind === "end" && step.id === id);
}

async function until(holds: () => boolean, withinMs = TAKE_OVER_MS): Promise<boolean> {
  const endMs = nowMs() + withinMs;
  while (!holds()) {
    if (nowMs() > endMs) return false;
    await sleep(10);
  }
  return true;
}

const TITLE = "SIGSTOP and a blocked event loop beyond the lease: fenced, reported, nothing overwritten";

function storm(name: string, isInShort: boolean, make: (bench: Bench) => Promise<Engine>, needsRedis = false): Storm {
  return {
    name: `stalls-${name}`,
    title: TITLE,
    isInShort,
    ...(needsRedis ? { needs: ["redis"] } : {}),
    run: async (bench) => stallAll(bench, await make(bench)),
  };
}

export const STALLS: readonly Storm[] = [
  storm("redis", true, async (bench) => ({ kind: "redis", port: (await bench.redis()).port, client: "ioredis" }), true),
  storm("postgres", false, async (bench) => ({
    kind: "postgres",
    url: (await bench.postgres()).url,
    isTransactional: false,
  })),
  storm("sqlite", true, async ({ folder }) => ({ kind: "sqlite", path: `${folder}/store.db` })),
  storm("sqlite-inbox", true, async ({ folder }) => ({
    kind: "sqlite-inbox",
    path: `${folder}/inbox.db`,
    leaseSeconds: LEASE_SECONDS,
  })),
  storm(
    "bullmq",
    false,
    async (bench) => ({ kind: "bullmq", port: (await bench.redis()).port, lockSeconds: LEASE_SECONDS }),
    true,
  ),
];
