// What is a storm: what it needs, and what it reports.
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type PostgresServer, startPostgres } from "../support/postgres-server.js";
import { type Random, randomFrom } from "../support/random.js";
import { hasRedis, type RedisServer, startRedis } from "../support/redis-server.js";
import type { Violation } from "./check-history.js";
import { checkHistory } from "./check-history.js";
import { type History, Recorder, readSteps } from "./history.js";
import type { Plan } from "./plan.js";
import { type Process, type Script, type StartOptions, start, startScript } from "./processes.js";

export interface Report {
  readonly events: number;
  readonly faults: number;
  readonly violations: readonly Violation[];
  /** What else was counted or measured, to be printed. */
  readonly figures: Readonly<Record<string, string | number>>;
}

export interface Storm {
  /** `kills-sqlite`: for `--only`. */
  readonly name: string;
  /** What it does, and what must hold, in one line. */
  readonly title: string;
  /** Runs in the short form as well, made smaller. */
  readonly isInShort: boolean;
  readonly needs?: readonly Need[];
  run(bench: Bench): Promise<Report>;
}

/** What a machine may lack. */
export type Need = "redis" | "mount" | "faketime";

export interface Size {
  readonly isShort: boolean;
  readonly kills: number | undefined;
  readonly events: number | undefined;
}

/** What a storm works with: everything that it starts here ends with it. */
export class Bench {
  readonly seed: number;
  readonly random: Random;
  readonly size: Size;
  /** For files, and for what processes tell. */
  readonly folder: string;
  readonly recorder: Recorder = new Recorder();
  readonly #closers: (() => Promise<unknown>)[] = [];

  constructor(seed: number, size: Size) {
    this.seed = seed;
    this.random = randomFrom(seed);
    this.size = size;
    this.folder = mkdtempSync(join(tmpdir(), "hookgate-faults-"));
    process.once("exit", this.#remove);
  }

  /** What is asked for; else the long form's, or the short form's. */
  count(asked: number | undefined, long: number, short: number): number {
    return asked ?? (this.size.isShort ? short : long);
  }

  /** What is promised; twice that in the short form, which runs on whatever machine CI has, beside whatever else that does. */
  bound(ms: number): number {
    return this.size.isShort ? 2 * ms : ms;
  }

  onClose(close: () => Promise<unknown>): void {
    this.#closers.push(close);
  }

  async redis(settings: readonly string[] = []): Promise<RedisServer> {
    const server = await startRedis({ keeps: "everything", settings });
    this.onClose(() => server.stop());
    return server;
  }

  /** `folder`: where its files are, on another disk. */
  async postgres(flags: readonly string[] = [], folder?: string): Promise<PostgresServer> {
    const server = await startPostgres(flags, folder);
    this.onClose(() => server.close());
    return server;
  }

  async start(plan: Partial<Plan> & Pick<Plan, "engine">, options: StartOptions = {}): Promise<Process> {
    const process = await start({ ...PLAN_DEFAULTS, folder: this.folder, ...plan }, this.recorder, options);
    this.onClose(() => process.kill());
    return process;
  }

  async startScript(name: Script, env: Readonly<Record<string, string>>): Promise<Process> {
    const process = await startScript(name, this.recorder, env);
    this.onClose(() => process.kill());
    return process;
  }

  check(history: Omit<History, "steps">): readonly Violation[] {
    return checkHistory({ steps: readSteps(this.folder, this.recorder), ...history });
  }

  steps(): ReturnType<typeof readSteps> {
    return readSteps(this.folder, this.recorder);
  }

  async close(): Promise<void> {
    for (const close of this.#closers.splice(0).reverse()) await close().catch(() => undefined);
    process.removeListener("exit", this.#remove);
    this.#remove();
  }

  readonly #remove = (): void => rmSync(this.folder, { recursive: true, force: true });
}

const PLAN_DEFAULTS: Omit<Plan, "engine" | "folder"> = {
  serves: true,
  works: false,
  handlerMs: [0, 5],
  leaseSeconds: 2,
  concurrency: 10,
  graceSeconds: 5,
  isOrdered: false,
};

export const NEEDS: Readonly<Record<Need, () => string | undefined>> = {
  redis: () => (hasRedis ? undefined : "redis-server is not on PATH"),
  mount: () =>
    process.getuid?.() === 0 && process.platform === "linux" ? undefined : "only root on Linux may mount a tmpfs",
  faketime: () => (faketimeLibrary() === undefined ? "libfaketime is not installed" : undefined),
};

/** Debian's two places, and Fedora's. */
export function faketimeLibrary(): string | undefined {
  const folders = ["/usr/lib/x86_64-linux-gnu/faketime", "/usr/lib/aarch64-linux-gnu/faketime", "/usr/lib64/faketime"];
  return folders.map((folder) => join(folder, "libfaketime.so.1")).find((path) => existsSync(path));
}
