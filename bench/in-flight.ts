// How many operations that wait for a disk or a server are done in a second, one by one and many at once, and at what cost?
import { median } from "./measure.js";
import { table, two } from "./report.js";

/** What one round works on, made outside of what is timed. */
export interface Work {
  /** @param at - From 0 on. */
  readonly op: (at: number) => unknown;
  readonly close?: () => unknown;
}

export interface Contender {
  readonly name: string;
  readonly open: (total: number) => Work;
}

export interface Plan {
  readonly rounds: number;
  /** How many operations are open at once. */
  readonly concurrent: number;
  readonly total: number;
  /** What an operation is called, for the table: `event`. */
  readonly unit: string;
}

interface Round {
  readonly perSecond: number;
  /** CPU time of the process per operation. */
  readonly microseconds: number;
  /** Of one operation, from the call to the answer. */
  readonly medianMs: number;
}

/** In rounds, each time another one first; one more round warms up. The first contender is what the others are measured against. */
export async function compareInFlight(contenders: readonly Contender[], plan: Plan): Promise<void> {
  const rounds = contenders.map((): Round[] => []);
  for (let round = -1; round < plan.rounds; round++) {
    for (let turn = 0; turn < contenders.length; turn++) {
      const at = (turn + round + 1) % contenders.length;
      const result = await run(contenders[at] as Contender, plan);
      if (round >= 0) rounds[at]?.push(result);
    }
  }
  const [base] = rounds as [Round[]];
  const against = (own: readonly Round[], of: (round: Round) => number): string =>
    two(median(own.map((round, at) => of(round) / of(base[at] as Round))));
  console.log(`\n${plan.concurrent === 1 ? "One by one" : `${plan.concurrent} at once`}:\n`);
  table(
    ["", `${plan.unit}s/s`, "x", `CPU µs per ${plan.unit}`, "x", "median wait, ms"],
    contenders.map(({ name }, at) => {
      const own = rounds[at] as Round[];
      return [
        name,
        median(own.map(({ perSecond }) => perSecond)).toFixed(0),
        against(own, ({ perSecond }) => perSecond),
        median(own.map(({ microseconds }) => microseconds)).toFixed(1),
        against(own, ({ microseconds }) => microseconds),
        two(median(own.map(({ medianMs }) => medianMs))),
      ];
    }),
  );
}

async function run({ open }: Contender, { concurrent, total }: Plan): Promise<Round> {
  const { op, close } = open(total);
  const waits: number[] = [];
  let next = 0;
  const startMs = performance.now();
  const before = process.cpuUsage();
  await Promise.all(
    Array.from({ length: concurrent }, async () => {
      for (let at = next++; at < total; at = next++) {
        const askedMs = performance.now();
        await op(at);
        waits.push(performance.now() - askedMs);
        // The next delivery comes in another turn of the event loop.
        await new Promise((resolve) => setImmediate(resolve));
      }
    }),
  );
  const { user, system } = process.cpuUsage(before);
  const seconds = (performance.now() - startMs) / 1000;
  await close?.();
  return { perSecond: total / seconds, microseconds: (user + system) / total, medianMs: median(waits) };
}
