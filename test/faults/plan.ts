// What a receiver process is given at its start, and the messages that it takes and sends while it runs.
import type { Engine } from "./engine.js";

/** What the process is to do: JSON in this environment variable. */
export const PLAN = "HOOKGATE_FAULTS_PLAN";

export interface Plan {
  readonly engine: Engine;
  /** Where it writes what happened. */
  readonly folder: string;
  readonly serves: boolean;
  readonly works: boolean;
  /** How long a handler takes, at least and at most, unless its event says. */
  readonly handlerMs: readonly [number, number];
  /** Of claims. */
  readonly leaseSeconds: number;
  readonly concurrency: number;
  readonly graceSeconds: number;
  /** Events of one key run in turn. */
  readonly isOrdered: boolean;
  /** Where it serves. Default: where the system says. */
  readonly port?: number;
}

/** What an event asks of its handler. */
export interface Asked {
  readonly type: string;
  readonly id?: string;
  readonly key?: string;
  readonly holdMs?: number;
  /** So many runs fail, by an exception. */
  readonly failures?: number;
  /** Goes on although its signal is aborted. */
  readonly isStubborn?: boolean;
  /** Takes room. */
  readonly padding?: string;
}

/** What the driver may say to a process: to do nothing else, not even to listen, until there is such a file. */
export interface Command {
  readonly blockUntilFile: string;
  /** And at most. */
  readonly mostMs: number;
}
