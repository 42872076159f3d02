// Runs an outage of a store: what the sender gets, whether a handler runs, and how soon the receiver recovers.
import { setTimeout as sleep } from "node:timers/promises";
import type { Violation } from "./check-history.js";
import { type Engine, effectsOf, prepare } from "./engine.js";
import { nowMs, type Step } from "./history.js";
import { type Heard, Sender } from "./sender.js";
import type { Bench, Report } from "./storm.js";
import { drained } from "./traffic.js";

/** What a sender hears, it hears within so long. */
const MOST_ANSWER_MS = 1_500;
/** Of a store's return. Its claims take up to a second where they hang, the breaker's rest a quarter, the client half of one. */
const MOST_RECOVERY_MS = 2_000;
const EVERY_MS = 20;
const WARM_MS = 600;
const AFTER_MS = 500;
const MOST_WAIT_MS = 15_000;

export interface Outage {
  readonly name: string;
  readonly begin: () => unknown;
  readonly end: () => unknown;
  readonly lastsMs: number;
  /** `refused`: nothing new is taken. `works`: everything is, if more slowly. */
  readonly expects: "refused" | "works";
}

/** An outage in numbers. */
interface Measured {
  readonly name: string;
  readonly events: number;
  readonly slowestMs: number;
  /** From the store's return to the first success of an event sent after it. */
  readonly recoveryMs: number | undefined;
  readonly statuses: string;
  readonly violations: readonly Violation[];
}

/** Sends a new event every 20 ms, before, during and after; each until it is taken. */
async function endure(bench: Bench, port: number, outage: Outage, prefix: string): Promise<Measured> {
  const sender = new Sender({ port: () => port, recorder: bench.recorder, random: bench.random });
  const first: { readonly id: string; readonly heard: Heard }[] = [];
  const pending: Promise<unknown>[] = [];
  let isOver = false;
  let count = 0;
  const ticking = (async () => {
    while (!isOver) {
      const event = { id: `${prefix}-${count++}`, asked: { type: "order.created" } };
      pending.push(
        sender.deliver(event).then(async (heard) => {
          first.push({ id: event.id, heard });
          if (heard.status !== 200) await sender.deliverUntilTaken(event);
        }),
      );
      await sleep(EVERY_MS);
    }
  })();
  await sleep(WARM_MS);
  const downMs = nowMs();
  await outage.begin();
  const begunMs = nowMs();
  await sleep(outage.lastsMs);
  const healMs = nowMs();
  await outage.end();
  const upMs = nowMs();
  const firstTaken = (): Heard | undefined =>
    first.find(({ heard }) => heard.status === 200 && heard.sentMs > upMs)?.heard;
  while (firstTaken() === undefined && nowMs() < upMs + MOST_WAIT_MS) await sleep(5);
  await sleep(AFTER_MS);
  isOver = true;
  await ticking;
  await Promise.all(pending);
  sender.close();

  const during = first.filter(({ heard }) => heard.sentMs > begunMs && heard.sentMs < healMs);
  // Where a handler had begun by then, its own work may fail, or take three tries to complete: that is another story.
  const steps = bench.steps();
  const begun = ranBetween(steps, 0, begunMs);
  const atOnce = first.filter(({ id, heard }) => heard.sentMs > downMs - EVERY_MS && !begun.has(id));
  const slowestMs = Math.max(0, ...atOnce.filter(({ heard }) => heard.status !== 200).map(({ heard }) => heard.tookMs));
  const taken = firstTaken();
  const recoveryMs = taken === undefined ? undefined : taken.sentMs + taken.tookMs - upMs;
  const violations: Violation[] = [];
  const say = (rule: string, message: string): void =>
    void violations.push({ rule, message: `${outage.name}: ${message}` });
  for (const { id, heard } of atOnce) {
    if (heard.tookMs > bench.bound(MOST_ANSWER_MS) && heard.status !== 200)
      say("answer", `${id} heard ${heard.status ?? heard.reason} after ${ms(heard.tookMs)}`);
    if (heard.status !== 200 && heard.status !== 503)
      say("answer", `${id} heard ${heard.status ?? heard.reason}, not 503`);
  }
  if (outage.expects === "refused") {
    // What was sent shortly before the store's return may have waited for it, and won.
    const doomed = during.filter(
      ({ heard }) => heard.sentMs < healMs - MOST_ANSWER_MS || heard.sentMs + heard.tookMs < healMs,
    );
    for (const { id, heard } of doomed) if (heard.status === 200) say("answer", `${id} was taken without a store`);
    const ran = ranBetween(steps, begunMs, healMs);
    for (const { id } of during) if (ran.has(id)) say("handler", `${id}: a handler ran while the store was away`);
  } else {
    for (const { id, heard } of during) if (heard.status !== 200) say("works", `${id} heard ${heard.status}`);
  }
  if (recoveryMs === undefined || recoveryMs > bench.bound(MOST_RECOVERY_MS)) {
    say("recovery", recoveryMs === undefined ? "did not come back" : `came back after ${ms(recoveryMs)}`);
  }
  return { name: outage.name, events: count, slowestMs, recoveryMs, statuses: tally(during), violations };
}

function ranBetween(steps: readonly Step[], fromMs: number, toMs: number): ReadonlySet<string> {
  return new Set(
    steps.flatMap((step) => (step.kind === "begin" && step.atMs > fromMs && step.atMs < toMs ? [step.id] : [])),
  );
}

function tally(heard: readonly { readonly heard: Heard }[]): string {
  const counts = new Map<string, number>();
  for (const { heard: one } of heard) {
    const what = String(one.status ?? one.reason);
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }
  return [...counts].map(([what, count]) => `${count} × ${what}`).join(", ");
}

function ms(value: number): string {
  return `${Math.round(value)} ms`;
}

/** Well again too late, and nothing else is wrong: the machine may have been busy with others, so it is measured once more. */
function isSlowOnly({ violations, recoveryMs }: Measured): boolean {
  return recoveryMs !== undefined && violations.length > 0 && violations.every(({ rule }) => rule === "recovery");
}

/** One receiver through all outages, one after another. */
export async function endureAll(
  bench: Bench,
  engine: Engine,
  outages: readonly Outage[],
  direct = engine,
): Promise<Report> {
  await prepare(direct);
  const isInbox = !["redis", "postgres", "sqlite"].includes(engine.kind);
  const process = await bench.start({ engine, works: isInbox, handlerMs: [0, 3], leaseSeconds: 2 });
  const measured: Measured[] = [];
  for (const [at, outage] of outages.entries()) {
    const once = await endure(bench, process.port, outage, `evt-${at}`);
    measured.push(isSlowOnly(once) ? await endure(bench, process.port, outage, `evt-${at}-again`) : once);
  }
  const end = isInbox ? await drained({ engine: direct, recorder: bench.recorder, withinMs: 90_000 }) : undefined;
  const isTransactional = direct.kind === "postgres" && direct.isTransactional;
  const violations = bench.check({
    runs: "at least once",
    ...(end === undefined ? {} : { kept: end.kept }),
    ...(isTransactional ? { effects: await effectsOf(direct.url) } : {}),
  });
  const steps = bench.steps();
  const events = measured.reduce((sum, one) => sum + one.events, 0);
  const runs = steps.filter((step) => step.kind === "end" && step.isOk).length;
  const figures = Object.fromEntries(
    measured.map(({ name, slowestMs, recoveryMs, statuses }) => [
      name,
      `slowest refusal ${ms(slowestMs)}, well again after ${recoveryMs === undefined ? "never" : ms(recoveryMs)}; meanwhile ${statuses}`,
    ]),
  );
  return {
    events,
    faults: outages.length,
    violations: [...measured.flatMap((one) => one.violations), ...violations],
    figures: { ...figures, "handlers ended more than once": runs - events },
  };
}
