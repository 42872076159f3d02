// Checks the invariants I1 to I8 on a recorded history: no event is lost, and none is handled twice.
import type { History, Step } from "./history.js";

export interface Violation {
  /** `I1` … `I8`; of a storm's own promises its name. */
  readonly rule: string;
  readonly message: string;
}

// What each invariant says:
// I1 what was answered with success is kept, or was handled
// I2 an effect in the event's transaction stands exactly once
// I3 a handled event ran at least once; exactly once where nothing killed a handler
// I4 no two live holders of one event bear the same fence
// I5 events of one key run in turn
// I6 no handler ran for a delivery that was refused, and nothing of it is kept
// I7 no success was answered for an event that was neither kept nor begun by then
// I8 every accepted event ends done or dead

type Begin = Extract<Step, { kind: "begin" }>;

interface Run {
  readonly begin: Begin;
  /** When it ended, or its process did. */
  endMs: number;
  isOk: boolean;
}

export function checkHistory(history: History): readonly Violation[] {
  const found: Violation[] = [];
  const say = (rule: string, message: string): void => void found.push({ rule, message });
  const facts = gather(history.steps);
  checkAnswers(history, facts, say);
  checkRuns(history, facts, say);
  checkForged(history, facts, say);
  if (history.turnOf !== undefined) checkTurns(history.turnOf, facts, say);
  return found;
}

type Say = (rule: string, message: string) => void;

interface Facts {
  /** When each event was first answered with success. */
  readonly acked: ReadonlyMap<string, number>;
  readonly forged: ReadonlySet<string>;
  readonly runs: ReadonlyMap<string, readonly Run[]>;
  readonly redriven: ReadonlySet<string>;
}

function gather(steps: readonly Step[]): Facts {
  const acked = new Map<string, number>();
  const forged = new Set<string>();
  const redriven = new Set<string>();
  const runs = new Map<string, Run[]>();
  const byRun = new Map<string, Run>();
  for (const step of steps) {
    if (step.kind === "ok" && !acked.has(step.id)) acked.set(step.id, step.atMs);
    else if (step.kind === "invoke" && step.isForged === true) forged.add(step.id);
    else if (step.kind === "redriven") redriven.add(step.id);
    else if (step.kind === "begin") {
      const run: Run = { begin: step, endMs: Number.POSITIVE_INFINITY, isOk: false };
      byRun.set(step.run, run);
      runs.set(step.id, [...(runs.get(step.id) ?? []), run]);
    } else if (step.kind === "end") {
      const run = byRun.get(step.run);
      if (run !== undefined) Object.assign(run, { endMs: step.atMs, isOk: step.isOk });
    } else if (step.kind === "gone") {
      for (const run of byRun.values()) {
        if (run.begin.pid === step.pid && run.endMs > step.atMs) run.endMs = step.atMs;
      }
    }
  }
  return { acked, forged, runs, redriven };
}

function checkAnswers({ kept, effects }: History, { acked, runs, forged }: Facts, say: Say): void {
  for (const [id, ackedMs] of acked) {
    if (forged.has(id)) {
      say("I7", `${id}: a forged delivery was answered with success`);
      continue;
    }
    const own = runs.get(id) ?? [];
    const isKept = kept?.has(id) === true;
    const isHandled = own.some((run) => run.isOk) || (effects?.get(id) ?? 0) > 0;
    if (!isKept && !isHandled) say("I1", `${id}: answered with success, and lost`);
    if (!isKept && !own.some(({ begin }) => begin.atMs <= ackedMs)) {
      say("I7", `${id}: answered with success before it was kept or begun`);
    }
  }
  for (const [id, state] of kept ?? []) {
    if (state !== "done" && state !== "dead") say("I8", `${id}: still ${state} in the end`);
  }
}

function checkRuns({ kept, effects, runs: promise }: History, { acked, runs, forged }: Facts, say: Say): void {
  if (effects !== undefined) {
    for (const id of new Set([...acked.keys(), ...effects.keys()])) {
      if (forged.has(id) || kept?.get(id) === "dead") continue;
      const count = effects.get(id) ?? 0;
      if (count > 1 || (count === 0 && acked.has(id))) say("I2", `${id}: its effect stands ${count} times`);
    }
  } else {
    for (const id of acked.keys()) {
      if (forged.has(id) || kept?.get(id) === "dead") continue;
      if (!(runs.get(id) ?? []).some((run) => run.isOk)) say("I3", `${id}: no handler ran for it to its end`);
    }
    for (const [id, own] of runs) {
      const count = own.filter((run) => run.isOk).length;
      if (promise === "once" && count > 1) say("I3", `${id}: ran ${count} times`);
    }
  }
  for (const [id, own] of runs) {
    const byFence = new Map<number, Run[]>();
    for (const run of own) {
      const { fence } = run.begin;
      if (fence === undefined) continue;
      const same = byFence.get(fence) ?? [];
      const other = same.find(({ begin, endMs }) => begin.atMs < run.endMs && run.begin.atMs < endMs);
      if (other !== undefined) say("I4", `${id}: ${other.begin.run} and ${run.begin.run} both held fence ${fence}`);
      byFence.set(fence, [...same, run]);
    }
  }
}

function checkForged({ kept }: History, { forged, runs }: Facts, say: Say): void {
  for (const id of forged) {
    if (runs.has(id)) say("I6", `${id}: a handler ran for a forged delivery`);
    if (kept?.has(id) === true) say("I6", `${id}: a forged delivery is kept`);
  }
}

/** A later one must not begin while an earlier one is still to come to its end. Dead ones are passed, and redriven ones late. */
function checkTurns(turnOf: NonNullable<History["turnOf"]>, { runs, redriven }: Facts, say: Say): void {
  const byKey = new Map<string, { readonly turn: number; readonly id: string; readonly own: readonly Run[] }[]>();
  for (const [id, own] of runs) {
    const place = turnOf(id);
    if (place === undefined || redriven.has(id)) continue;
    byKey.set(place.key, [...(byKey.get(place.key) ?? []), { turn: place.turn, id, own }]);
  }
  for (const [key, members] of byKey) {
    members.sort((a, b) => a.turn - b.turn);
    for (const [at, later] of members.entries()) {
      const earlier = members[at - 1];
      if (earlier === undefined) continue;
      const beganMs = Math.min(...later.own.map(({ begin }) => begin.atMs));
      const passed = earlier.own.find((run) => run.begin.atMs > beganMs || run.endMs > beganMs);
      if (passed !== undefined) say("I5", `${key}: ${later.id} began before ${earlier.id} had ended`);
    }
  }
}
