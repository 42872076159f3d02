// Starts an application on a runtime and finds its port.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { arch, execPath } from "node:process";
import { fileURLToPath } from "node:url";
import { root } from "../../scripts/entry-points.js";

export interface Running {
  readonly port: number;
  stop(): Promise<void>;
}

/** Where `scripts/fetch-runtimes.ts` puts what it fetches. */
export const RUNTIMES: string = process.env.HOOKGATE_RUNTIMES ?? fileURLToPath(new URL("node_modules/.runtimes", root));

const modules = join(RUNTIMES, "node_modules");
const cpu = arch === "arm64" ? "aarch64" : "x64";

/** The command that runs a file, by host; `undefined` where the runtime is not there. */
export function commandOf(runtime: "node" | "bun" | "deno"): readonly string[] | undefined {
  if (runtime === "node") return [execPath];
  const file =
    runtime === "bun"
      ? join(modules, "@oven", `bun-linux-${cpu}`, "bin", "bun")
      : join(modules, "@deno", `linux-${arch}-glibc`, "deno");
  if (!existsSync(file)) return undefined;
  return runtime === "bun" ? [file] : [file, "run", "--no-prompt", "--allow-net"];
}

export function hasMiniflare(): boolean {
  return existsSync(join(modules, "miniflare"));
}

/** Runs a file that prints its port. */
export async function launch(command: readonly string[], file: string, folder: string): Promise<Running> {
  const [name = "", ...given] = command;
  const child = spawn(name, [...given, file], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  const port = await portOf(child);
  return {
    port,
    stop: async () => {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await ended;
    },
  };
}

function portOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let text = "";
    const read = (chunk: Buffer): void => {
      text += chunk;
      const [, port] = /^port (\d+)$/m.exec(text) ?? [];
      if (port !== undefined) resolve(Number(port));
    };
    child.stdout?.on("data", read);
    child.stderr?.on("data", read);
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`ended with ${code} before it listened:\n${text}`)));
  });
}

interface Miniflare {
  readonly ready: Promise<URL>;
  dispose(): Promise<void>;
}

/** What every Worker here runs with: the flag that hookgate asks for, and no other. */
export const WORKER = { compatibilityDate: "2026-03-01", compatibilityFlags: ["nodejs_compat"] };

/** Runs a Worker on workerd. */
export async function launchWorker(options: object): Promise<Running & { readonly miniflare: Miniflare }> {
  const { Miniflare } = createRequire(join(RUNTIMES, "package.json"))("miniflare") as {
    Miniflare: new (options: object) => Miniflare;
  };
  const miniflare = new Miniflare({ host: "127.0.0.1", port: 0, ...WORKER, ...options });
  const url = await miniflare.ready;
  return { port: Number(url.port), stop: () => miniflare.dispose(), miniflare };
}

/** The one module of a bundled Worker, as miniflare takes it. */
export function workerModules(file: string): object {
  return { modules: [{ type: "ESModule", path: "worker.js", contents: readFileSync(file, "utf8") }] };
}
