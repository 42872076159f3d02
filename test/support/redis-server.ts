// A real Redis for a test: a process of its own on a free port of 127.0.0.1, in a directory of its own.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { freePort } from "./listen.js";
import { until } from "./until.js";

/** Another path, or Valkey's. */
const BINARY = process.env.REDIS_SERVER ?? "redis-server";

export const hasRedis: boolean = spawnSync(BINARY, ["--version"]).status === 0;

/** Skipped, aloud, where there is no Redis; a failure in CI, where there has to be one. */
export function describeWithRedis(name: string, register: () => void, isConcurrent = false): void {
  if (hasRedis) {
    describe(name, { concurrent: isConcurrent }, register);
    return;
  }
  if (process.env.CI !== undefined) {
    it(`${name}: has a redis-server to run with`, () => expect.fail(`${BINARY} is not on PATH`));
    return;
  }
  console.warn(`\n*** SKIPPED, ${BINARY} is not on PATH: ${name} ***\n`);
  describe.skip(name, register);
}

export interface RedisServerOptions {
  /** What a restart finds again. Default `nothing`. */
  readonly keeps?: "nothing" | "snapshots" | "everything";
  /** Further settings, as on the command line: `["--maxmemory", "3mb"]`. */
  readonly settings?: readonly string[];
}

export interface RedisServer {
  readonly port: number;
  readonly url: string;
  readonly pid: number;
  /** Sends a command and answers with the first line of the reply. Needs no client. */
  ask(command: string): Promise<string>;
  /** Ends the process as a crash does, and comes back when it is gone. */
  crash(): Promise<void>;
  /** Starts it again with the same port and directory; back once it answers. */
  restart(): Promise<void>;
  /** SIGSTOP: connections stay open and nothing answers. */
  hang(): void;
  goOn(): void;
  /** For good. */
  stop(): Promise<void>;
}

const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

export async function startRedis(options: RedisServerOptions = {}): Promise<RedisServer> {
  const port = await freePort();
  const directory = mkdtempSync(join(tmpdir(), "hookgate-redis-"));
  const settings = [
    "--port",
    String(port),
    "--bind",
    "127.0.0.1",
    "--dir",
    directory,
    "--loglevel",
    "warning",
    ...KEEPING[options.keeps ?? "nothing"],
    ...(options.settings ?? []),
  ];
  let child = await started(settings, port);
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    get pid() {
      return child.pid as number;
    },
    ask: (command) => ask(port, command),
    crash: () => ended(child, "SIGKILL"),
    async restart() {
      child = await started(settings, port);
    },
    hang: () => void child.kill("SIGSTOP"),
    goOn: () => void child.kill("SIGCONT"),
    async stop() {
      await ended(child, "SIGKILL");
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Three masters with all slots between them, and no replica. The first is the one to tell a client of. */
export async function startRedisCluster(): Promise<{ readonly nodes: RedisServer[]; stop(): Promise<void> }> {
  const nodes: RedisServer[] = [];
  const busPorts: number[] = [];
  for (let at = 0; at < 3; at++) {
    const busPort = await freePort();
    busPorts.push(busPort);
    const settings = ["--cluster-enabled", "yes", "--cluster-port", String(busPort), "--cluster-node-timeout", "2000"];
    nodes.push(await startRedis({ settings }));
  }
  const [first, ...others] = nodes as [RedisServer, ...RedisServer[]];
  const ranges = ["0 5460", "5461 10922", "10923 16383"];
  for (const [at, node] of nodes.entries()) {
    await node.ask(`CLUSTER SET-CONFIG-EPOCH ${at + 1}`);
    await node.ask(`CLUSTER ADDSLOTSRANGE ${ranges[at]}`);
  }
  for (const [at, node] of others.entries()) {
    await first.ask(`CLUSTER MEET 127.0.0.1 ${node.port} ${busPorts[at + 1]}`);
  }
  for (const node of nodes) await until(async () => (await node.ask("CLUSTER INFO")).includes("cluster_state:ok"));
  const stop = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.stop()));
  };
  return { nodes, stop };
}

const KEEPING: Readonly<Record<NonNullable<RedisServerOptions["keeps"]>, readonly string[]>> = {
  nothing: ["--save", "", "--appendonly", "no"],
  snapshots: ["--save", "3600 1", "--appendonly", "no"],
  everything: ["--save", "", "--appendonly", "yes", "--appendfsync", "always"],
};

async function started(settings: readonly string[], port: number): Promise<ChildProcess> {
  const child = spawn(BINARY, settings, { stdio: ["ignore", "pipe", "pipe"] });
  running.add(child);
  child.once("exit", () => running.delete(child));
  let log = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk: Buffer) => (log += chunk));
  await until(async () => {
    if (child.exitCode !== null) throw new Error(`redis-server ended with ${child.exitCode}:\n${log}`);
    return (await ask(port, "PING").catch(() => "")) === "+PONG";
  });
  return child;
}

async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill(signal);
  await exited;
}

/** One inline command on a connection of its own. */
function ask(port: number, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(`${command}\r\n`));
    socket.setTimeout(1000, () => socket.destroy(new Error("no answer within 1 s")));
    socket.once("error", reject);
    socket.once("data", (chunk) => {
      socket.destroy();
      const reply = chunk.toString("utf8");
      resolve(reply.startsWith("$") ? reply : (reply.split("\r\n")[0] as string));
    });
  });
}
