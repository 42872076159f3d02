// Runs the command line as a process whose environment contains only the given variables.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

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

const MAIN = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
const TSX = import.meta.resolve("tsx");
/** Where modules of tests find `hookgate`. */
const TSX_TSCONFIG_PATH = fileURLToPath(new URL("../../tsconfig.json", import.meta.url));

export function command(args: readonly string[], { env = {}, cwd, signalOn }: Circumstances = {}): Promise<Ended> {
  const { PATH = "", HOME = "" } = process.env;
  const child = spawn(process.execPath, ["--import", TSX, MAIN, ...args], {
    env: { PATH, HOME, NODE_NO_WARNINGS: "1", TSX_TSCONFIG_PATH, ...env },
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
