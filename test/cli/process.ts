// Runs the command line as a process whose environment contains only the given variables.
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { dirname } from "node:path";
import { compileAll } from "../support/compiled.js";

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
  json(): Record<string, unknown>;
}

export interface Circumstances {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Called with the output so far. Its result is sent to the process once. */
  readonly signalOn?: (out: string) => NodeJS.Signals | undefined;
}

const BACKFILL_MODULES = new URL("./backfill-modules/", import.meta.url);
const [MAIN, FIRST_MODULE] = compileAll([
  new URL("../../src/cli/main.ts", import.meta.url),
  ...readdirSync(BACKFILL_MODULES).map((file) => new URL(file, BACKFILL_MODULES)),
]) as [string, string];

/** Where the compiled modules for `hookgate backfill` are: `webhooks.mjs` and others. */
export const compiledModules: string = dirname(FIRST_MODULE);

export function command(args: readonly string[], { env = {}, cwd, signalOn }: Circumstances = {}): Promise<Ended> {
  const { PATH = "", HOME = "" } = process.env;
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { PATH, HOME, NODE_NO_WARNINGS: "1", ...env },
    stdio: ["ignore", "pipe", "pipe"],
    ...(cwd === undefined ? {} : { cwd }),
  });
  let [out, err] = ["", ""];
  let isSignalled = false;
  function heard(): void {
    const signal = isSignalled ? undefined : signalOn?.(out + err);
    if (signal === undefined) return;
    isSignalled = true;
    child.kill(signal);
  }
  child.stdout.on("data", (chunk: Buffer) => {
    out += chunk.toString("utf8");
    heard();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    err += chunk.toString("utf8");
    heard();
  });
  return new Promise((resolve) => {
    child.once("close", (code) => resolve({ code, out, err, json: () => JSON.parse(out) as Record<string, unknown> }));
  });
}
