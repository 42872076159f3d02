// Starts an application on a runtime and finds its port.
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { FILES } from "../../scripts/fetch-runtimes.js";
import { exchange } from "../../src/test-sender/http-client.js";

export interface Running {
  readonly port: number;
  stop(): Promise<void>;
}

/** Runs a file that prints its port. */
export async function launch(command: readonly string[], file: string, folder: string): Promise<Running> {
  const [name = "", ...given] = command;
  const child = spawn(name, [...given, file], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise((resolve) => child.once("close", resolve));
  const port = await portOf(child);
  return {
    port,
    stop: async () => {
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
    child.once("close", (code) => reject(new Error(`ended with ${code} before it listened:\n${text}`)));
  });
}

/** The part of miniflare that is used here. */
export interface Miniflare {
  readonly ready: Promise<URL>;
  dispatchFetch(url: string, init?: RequestInit): Promise<Response>;
  dispose(): Promise<void>;
}

/** The first date of which `nodejs_compat` brings what hookgate needs. */
export const OLDEST_COMPATIBILITY_DATE = "2024-09-23";

/** A Worker with the one flag that hookgate needs. */
const WORKER = { compatibilityDate: "2026-03-01", compatibilityFlags: ["nodejs_compat"] };

/** Runs a Worker of one file on workerd. */
export async function launchWorker(file: string, options: object = {}): Promise<Running & { readonly on: Miniflare }> {
  const { Miniflare } = createRequire(FILES.miniflare)("miniflare") as {
    Miniflare: new (options: object) => Miniflare;
  };
  const modules = [{ type: "ESModule", path: "worker.js", contents: readFileSync(file, "utf8") }];
  const on = new Miniflare({ host: "127.0.0.1", port: 0, ...WORKER, modules, ...options });
  const url = await on.ready;
  return { port: Number(url.port), stop: () => on.dispose(), on };
}

/** The body of a GET, on a connection of its own: one that is kept may be closed just when it is used. */
export async function getText(port: number, path: string): Promise<string> {
  const to = { host: "127.0.0.1", port, isTls: false, isOwn: true, target: path };
  return (await exchange(to, { method: "GET", url: "", headers: {}, body: new Uint8Array() })).body;
}
