// How is CPU time per operation compared on a machine that does other things too? In rounds, one after another, paired.

export interface Contestant<Batch> {
  readonly name: string;
  /** Does the whole batch; `sinkhole` what the work answers, or the engine may leave it out. */
  readonly run: (batch: Batch) => void | Promise<void>;
}

export interface Plan<Batch> {
  readonly rounds: number;
  /** Rounds before those that count: what is hot gets compiled. */
  readonly warmUpRounds: number;
  /** The work of one round, made outside of what is timed. All contestants of a round get the same. */
  readonly batch: () => Batch;
  readonly operationsPerBatch: number;
}

export interface Measured {
  readonly name: string;
  /** CPU time of the process per operation, microseconds: the median over the rounds. */
  readonly microseconds: number;
  /** By round, for paired ratios. */
  readonly samples: readonly number[];
}

/** Every contestant runs once in every round, each time another one first, on a young generation that is empty. */
export async function compare<Batch>(
  contestants: readonly Contestant<Batch>[],
  plan: Plan<Batch>,
): Promise<readonly Measured[]> {
  const samples = contestants.map((): number[] => []);
  for (let round = -plan.warmUpRounds; round < plan.rounds; round++) {
    const batch = plan.batch();
    for (let turn = 0; turn < contestants.length; turn++) {
      const at = (turn + round + plan.warmUpRounds) % contestants.length;
      collectYoung();
      const before = process.cpuUsage();
      await (contestants[at] as Contestant<Batch>).run(batch);
      const used = process.cpuUsage(before);
      if (round >= 0) samples[at]?.push((used.user + used.system) / plan.operationsPerBatch);
    }
  }
  return contestants.map(({ name }, at) => {
    const own = samples[at] as number[];
    return { name, microseconds: median(own), samples: own };
  });
}

/** The median of the per-round ratios: what slows a round down slows both. */
export function ratio(measured: Measured, base: Measured): number {
  return median(measured.samples.map((sample, round) => sample / (base.samples[round] as number)));
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}

/** Where half of the values lie: the first and the third quartile. */
export function quartiles(values: readonly number[]): readonly [number, number] {
  const sorted = [...values].sort((a, b) => a - b);
  return [
    sorted[Math.floor((sorted.length - 1) / 4)] as number,
    sorted[Math.ceil(((sorted.length - 1) * 3) / 4)] as number,
  ];
}

let kept = 0;

/** Keeps a result alive. */
export function sinkhole(value: boolean): void {
  if (value) kept++;
  if (kept < 0) throw new Error("never");
}

/** So that no round pays for what another one left. */
export function collectYoung(): void {
  const gc = globalThis.gc as ((options: { type: "minor" }) => void) | undefined;
  if (gc === undefined) throw new Error("run with --expose-gc");
  gc({ type: "minor" });
}
