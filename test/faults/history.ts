// What happened, told by those who were there: senders in the driver, handlers in the processes that are killed.
import { closeSync, openSync, readdirSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { InboxState } from "hookgate";

/** One thing that happened. `atMs` is CLOCK_MONOTONIC, which all processes of the machine share. */
export type Step = { readonly atMs: number } & (
  | /** A delivery is sent; a forged one bears a wrong signature. */
  { readonly kind: "invoke"; readonly id: string; readonly isForged?: boolean }
  /** It was answered with success. */
  | { readonly kind: "ok"; readonly id: string; readonly status: number }
  /** It was answered with anything else. */
  | { readonly kind: "fail"; readonly id: string; readonly status: number }
  /** No answer came: it may have been handled, or not. */
  | { readonly kind: "info"; readonly id: string; readonly reason: string }
  /** A handler begins. `run` is unique. */
  | {
      readonly kind: "begin";
      readonly id: string;
      readonly run: string;
      readonly pid: number;
      readonly fence: number | undefined;
      readonly attempt: number;
    }
  | { readonly kind: "end"; readonly id: string; readonly run: string; readonly isOk: boolean }
  /** Its signal aborted: it was told that it is no longer the holder. */
  | { readonly kind: "aborted"; readonly id: string; readonly run: string; readonly reason: string }
  /** What the receiver reported to its operator. */
  | { readonly kind: "told"; readonly id: string; readonly pid: number; readonly what: string }
  /** A process is no more. */
  | { readonly kind: "gone"; readonly pid: number }
  /** The operator let a dead event run again: out of its turn. */
  | { readonly kind: "redriven"; readonly id: string }
);

type Untimed<T> = T extends unknown ? Omit<T, "atMs"> : never;
export type NewStep = Untimed<Step>;

export interface History {
  readonly steps: readonly Step[];
  /** Where every accepted event lies in the end, by id, where there is an inbox. */
  readonly kept?: ReadonlyMap<string, InboxState>;
  /** How often each event's effect stands in the database that its transaction wrote to, where there is one. */
  readonly effects?: ReadonlyMap<string, number>;
  /** `once`: nothing killed a handler, so each ran once and no more. */
  readonly runs: "once" | "at least once";
  /** Whether events of one key run in turn. */
  readonly turnOf?: (id: string) => { readonly key: string; readonly turn: number } | undefined;
}

export function nowMs(): number {
  return Number(process.hrtime.bigint() / 1_000n) / 1_000;
}

/** Held in the memory of the driver. */
export class Recorder {
  readonly steps: Step[] = [];

  add(step: NewStep): void {
    this.steps.push({ atMs: nowMs(), ...step } as Step);
  }
}

/** Written at once, by a system call, so that a process that is killed in the next moment has told of it. */
export class StepLog {
  readonly #file: number;

  constructor(folder: string) {
    this.#file = openSync(join(folder, `steps-${process.pid}-${Date.now()}.log`), "a");
  }

  add(step: NewStep): void {
    writeSync(this.#file, `${JSON.stringify({ atMs: nowMs(), ...step })}\n`);
  }

  close(): void {
    closeSync(this.#file);
  }
}

/** Everything that the processes wrote, and the driver saw, in the order in which it happened. */
export function readSteps(folder: string, recorder: Recorder): readonly Step[] {
  const steps = [...recorder.steps];
  for (const name of readdirSync(folder)) {
    if (!name.startsWith("steps-")) continue;
    for (const line of readFileSync(join(folder, name), "utf8").split("\n")) {
      if (line === "") continue;
      try {
        steps.push(JSON.parse(line) as Step);
      } catch {
        // Killed in the midst of this line.
      }
    }
  }
  return steps.sort((a, b) => a.atMs - b.atMs);
}
