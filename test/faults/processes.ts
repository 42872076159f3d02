// Starts receiver processes, stops and kills them, and leaves none behind.
import { type ChildProcess, fork } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { FAILPOINT } from "./failpoints.js";
import type { Recorder } from "./history.js";
import { type Command, PLAN, type Plan } from "./plan.js";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const START_MS = 30_000;
/** For a part of what a process printed, where it did not start. */
const MAX_PRINTED = 2_000;

const running = new Set<ChildProcess>();
let scripts: string | undefined;

const SCRIPTS = ["receiver-process", "peers/peer-process"] as const;
export type Script = (typeof SCRIPTS)[number];

/** Bundled once: a process that lives for 50 ms must not take 500 to start. Beside the packages it imports. */
export async function buildScript(): Promise<void> {
  const folder = join(ROOT, "node_modules", ".cache", `hookgate-faults-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  process.once("exit", () => {
    for (const child of running) child.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  });
  scripts = folder;
  await build({
    entryPoints: SCRIPTS.map((name) => fileURLToPath(new URL(`${name}.ts`, import.meta.url))),
    outdir: folder,
    outbase: fileURLToPath(new URL(".", import.meta.url)),
    outExtension: { ".js": ".mjs" },
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20",
    packages: "external",
    alias: await aliases(),
    sourcemap: "inline",
  });
}

/** The package's own names, which `packages: external` would leave alone. */
async function aliases(): Promise<Record<string, string>> {
  const { entryPoints } = await import("../../scripts/entry-points.js");
  const own = entryPoints().filter(({ isCommand }) => !isCommand);
  return Object.fromEntries(own.map(({ specifier, source }) => [specifier, join(ROOT, source)]));
}

export interface Process {
  readonly pid: number;
  /** Where it serves. */
  readonly port: number;
  /** Rejects never; resolves once it is gone, with its exit code or signal. */
  readonly ended: Promise<number | NodeJS.Signals>;
  readonly isAlive: boolean;
  /** kill -9. */
  kill(): Promise<void>;
  stall(): void;
  goOn(): void;
  /** Tells it to end by itself. */
  terminate(): Promise<number | NodeJS.Signals>;
  say(command: Command): void;
}

export interface StartOptions {
  readonly failpoint?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export function start(plan: Plan, recorder: Recorder, { failpoint = "", env }: StartOptions = {}): Promise<Process> {
  const own = { [PLAN]: JSON.stringify(plan), [FAILPOINT]: failpoint };
  return startScript("receiver-process", recorder, { ...env, ...own });
}

/** @throws Where it ends before it serves: with what it printed. */
export function startScript(name: Script, recorder: Recorder, env: Readonly<Record<string, string>>): Promise<Process> {
  if (scripts === undefined) throw new Error("buildScript() first");
  const child = fork(join(scripts, `${name}.mjs`), [], {
    env: { ...process.env, ...env, NODE_NO_WARNINGS: "1" },
    execArgv: [],
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  running.add(child);
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk: Buffer) => {
      printed = (printed + chunk.toString()).slice(-MAX_PRINTED);
    });
  }
  const pid = child.pid as number;
  const ended = new Promise<number | NodeJS.Signals>((resolve) => {
    child.once("exit", (code, signal) => {
      running.delete(child);
      recorder.add({ kind: "gone", pid });
      resolve(signal ?? code ?? 0);
    });
  });
  child.on("error", () => undefined);
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new Error(`a process did not start within ${START_MS} ms: ${printed}`));
    }, START_MS);
    void ended.then((how) => {
      clearTimeout(timer);
      reject(new Error(`a process ended (${how}) before it served: ${printed}`));
    });
    child.once("message", ({ port }: { port: number }) => {
      clearTimeout(timer);
      resolve({
        pid,
        port,
        ended,
        get isAlive() {
          return child.exitCode === null && child.signalCode === null;
        },
        async kill() {
          child.kill("SIGKILL");
          await ended;
        },
        stall: () => void child.kill("SIGSTOP"),
        goOn: () => void child.kill("SIGCONT"),
        terminate() {
          child.kill("SIGTERM");
          return ended;
        },
        say: (command) => void child.send(command, () => undefined),
      });
    });
  });
}
