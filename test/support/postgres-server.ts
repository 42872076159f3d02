// A real PostgreSQL for one test file: on a free port, in a directory of its own, and it can be killed and come back.
import { type ChildProcess, execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import { loadEmbeddedPostgres } from "../../examples/embedded-postgres.js";
import { freePort } from "./listen.js";

export interface PostgresServer {
  readonly port: number;
  readonly url: string;
  /** It may end by itself, as on a full disk. */
  readonly isRunning: boolean;
  /** What it printed. */
  readonly log: readonly string[];
  /** A pool that is ended with the server. */
  pool(config?: pg.PoolConfig): pg.Pool;
  /** SIGKILL to the server and all of its processes: nothing is flushed, no client is told. */
  kill(): Promise<void>;
  /** SIGSTOP: connections stay, nobody answers. `resume` ends it. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Immediate shutdown: recovery on the next start. */
  stop(): Promise<void>;
  /** After `kill` or `stop`, or where it ended by itself. Resolves once it takes connections. */
  start(): Promise<void>;
  /** Ends pools and server, and removes the files. */
  close(): Promise<void>;
}

const USER = "postgres";
const PASSWORD = "test";
/** Small. Without fsync: a killed server loses nothing by that, only a machine without power does. */
const FLAGS = [
  "-c",
  "fsync=off",
  "-c",
  "max_connections=120",
  "-c",
  "shared_buffers=32MB",
  "-c",
  "listen_addresses=127.0.0.1",
];
const run = promisify(execFile);

/** `folder` is where its own is made, and must be one that every user may pass through. */
export async function startPostgres(flags: readonly string[] = [], folder: string = tmpdir()): Promise<PostgresServer> {
  const parent = await mkdtemp(join(folder, "hookgate-postgres-"));
  await run("chmod", ["755", parent]);
  const port = await freePort();
  const lines: string[] = [];
  const EmbeddedPostgres = await loadEmbeddedPostgres();
  const server = new EmbeddedPostgres({
    databaseDir: join(parent, "data"),
    port,
    user: USER,
    password: PASSWORD,
    persistent: true,
    createPostgresUser: userInfo().uid === 0,
    initdbFlags: ["--no-sync", "--encoding=UTF8"],
    postgresFlags: [...FLAGS, "-c", `unix_socket_directories=${parent}`, ...flags],
    onLog: (line) => lines.push(String(line)),
    onError: (line) => lines.push(String(line)),
  });
  const url = `postgres://${USER}:${PASSWORD}@127.0.0.1:${port}/postgres`;
  const pools: pg.Pool[] = [];
  if (userInfo().uid === 0) await run("chown", ["postgres", parent]).catch(() => undefined);
  await server.initialise();
  if (userInfo().uid === 0) await run("chown", ["postgres", parent]);

  async function start(): Promise<void> {
    try {
      await server.start();
    } catch (cause) {
      throw new Error(`PostgreSQL did not start:\n${lines.slice(-20).join("\n")}`, { cause });
    }
  }

  function child(): ChildProcess | undefined {
    return (server as unknown as { process?: ChildProcess }).process;
  }

  function isRunning(): boolean {
    const one = child();
    return one !== undefined && one.exitCode === null && one.signalCode === null;
  }

  function pid(): number {
    const id = child()?.pid;
    if (id === undefined) throw new Error("PostgreSQL is not running");
    return id;
  }

  /** The postmaster and everything it has forked. */
  async function signalAll(signal: NodeJS.Signals): Promise<void> {
    const parentPid = pid();
    const children = await childrenOf(parentPid);
    for (const one of [parentPid, ...children]) {
      try {
        process.kill(one, signal);
      } catch {
        // Gone meanwhile.
      }
    }
  }

  async function ended(signal: () => Promise<void>): Promise<void> {
    const one = child();
    if (one !== undefined && isRunning()) {
      // What embedded-postgres listens with rejects a promise that nobody awaits any more.
      one.removeAllListeners("close");
      const exited = new Promise((resolve) => one.once("exit", resolve));
      await signal();
      await exited;
    }
    (server as unknown as { process: undefined }).process = undefined;
  }

  await start();
  return {
    port,
    url,
    get isRunning() {
      return isRunning();
    },
    log: lines,
    pool(config = {}) {
      const pool = new pg.Pool({ connectionString: url, connectionTimeoutMillis: 1_000, ...config });
      pools.push(pool);
      return pool;
    },
    kill: () => ended(() => signalAll("SIGKILL")),
    pause: () => signalAll("SIGSTOP"),
    resume: () => signalAll("SIGCONT"),
    stop: () => ended(async () => void process.kill(pid(), "SIGQUIT")),
    start,
    async close() {
      // Not awaited: a test may have left a client checked out, and what is lost now is meant to be.
      for (const pool of pools) {
        pool.on("error", () => undefined);
        void pool.end().catch(() => undefined);
      }
      await ended(async () => void process.kill(pid(), "SIGQUIT"));
      await rm(parent, { recursive: true, force: true });
    },
  };
}

async function childrenOf(parentPid: number): Promise<number[]> {
  const { stdout } = await run("ps", ["-A", "-o", "pid=,ppid="]);
  return stdout
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number) as [number, number])
    .filter(([, parent]) => parent === parentPid)
    .map(([child]) => child);
}
