// The stores and inboxes whose disk gets full: its size, and how each comes back once there is room.
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import type { PostgresServer } from "../../support/postgres-server.js";
import { type Engine, prepare } from "../engine.js";
import type { SmallDisk } from "../small-disk.js";
import type { Bench } from "../storm.js";

/** What stands on the small disk. */
export interface Subject {
  readonly engine: Engine;
  /** Starts the server again where it has ended by itself, as its supervisor does; nothing where it lives. */
  revive(): Promise<unknown>;
  /** How it took the full disk. */
  told?(): Promise<string>;
}

export interface DiskPlan {
  readonly diskMib: number;
  /** Of it, once the engine is made. */
  readonly leaveMib: number;
  /** Of an event: an inbox keeps it whole, a store only its id. */
  readonly paddingBytes: number;
  readonly works: boolean;
  readonly make: (bench: Bench, disk: SmallDisk) => Promise<Subject>;
}

const ALIVE = { revive: async (): Promise<void> => undefined };

/** An inbox writes each event's bytes again as it runs, and a write-ahead log is 4 MB before it is checkpointed. */
export const sqliteInboxDisk: DiskPlan = {
  diskMib: 24,
  leaveMib: 10,
  paddingBytes: 20_000,
  works: true,
  make: async (_bench, { folder }) => ({
    ...ALIVE,
    engine: { kind: "sqlite-inbox", path: join(folder, "inbox.db"), leaseSeconds: 5 },
  }),
};

export const sqliteStoreDisk: DiskPlan = {
  diskMib: 6,
  leaveMib: 3,
  paddingBytes: 100,
  works: false,
  make: async (_bench, { folder }) => ({ ...ALIVE, engine: { kind: "sqlite", path: join(folder, "store.db") } }),
};

/**
 * With `everysec` Redis lives on and refuses writes (MISCONF) until one succeeds; with `always` it ends itself. Its file is
 * not rewritten here, or it would make room by itself.
 */
export function redisDisk(fsync: "everysec" | "always", of: (port: number) => Engine): DiskPlan {
  const isInbox = of(0).kind === "bullmq";
  return {
    diskMib: 32,
    leaveMib: isInbox ? 6 : 1,
    paddingBytes: isInbox ? 20_000 : 100,
    works: isInbox,
    async make(bench, { folder }) {
      const settings = ["--dir", folder, "--appendfsync", fsync, "--auto-aof-rewrite-percentage", "0"];
      const server = await bench.redis(settings);
      const isUp = (): Promise<boolean> =>
        server.ask("PING").then(
          () => true,
          () => false,
        );
      return {
        engine: of(server.port),
        async revive() {
          if (!(await isUp())) await server.restart();
        },
        told: async () =>
          (await isUp()) ? `Redis lives: ${await server.ask("SET probe 1")}` : "Redis has ended itself",
      };
    },
  };
}

const FLAGS = ["-c", "fsync=on", "-c", "max_wal_size=32MB"];

/** All of PostgreSQL on the small disk: with so little left a table cannot grow (53100), and the server lives on. */
export function postgresDisk(leaveMib: number, of: (url: string) => Engine): DiskPlan {
  return {
    diskMib: 160,
    leaveMib,
    ...sizesOf(of),
    make: async (bench, { folder }) => subjectOn(await bench.postgres(FLAGS, folder), of),
  };
}

/** Only the write-ahead log on it, with no room for another segment of 16 MiB: PostgreSQL panics, and ends where it cannot even recover. */
export function postgresWalDisk(of: (url: string) => Engine): DiskPlan {
  return {
    diskMib: 64,
    leaveMib: 8,
    ...sizesOf(of),
    async make(bench, disk) {
      const folder = join(bench.folder, "large");
      mkdirSync(folder);
      chmodSync(folder, 0o755);
      const server = await bench.postgres(FLAGS, folder);
      await server.stop();
      const log = join(folder, readdirSync(folder)[0] as string, "data", "pg_wal");
      execFileSync("cp", ["-a", log, disk.folder]);
      rmSync(log, { recursive: true });
      symlinkSync(join(disk.folder, "pg_wal"), log);
      await server.start();
      return subjectOn(server, of);
    },
  };
}

function sizesOf(of: (url: string) => Engine): Pick<DiskPlan, "paddingBytes" | "works"> {
  const isInbox = of("").kind === "pg-boss";
  return { paddingBytes: isInbox ? 20_000 : 100, works: isInbox };
}

async function subjectOn(server: PostgresServer, of: (url: string) => Engine): Promise<Subject> {
  const engine = of(server.url);
  await prepare(engine);
  return {
    engine,
    async revive() {
      if (!server.isRunning) await server.start();
    },
    async told() {
      const full = server.log
        .join("")
        .split("\n")
        .filter((line) => line.includes("No space left"));
      const counts = ["ERROR", "PANIC", "FATAL"].map(
        (level) => `${full.filter((line) => line.includes(`${level}:`)).length} × ${level}`,
      );
      return `${counts.join(", ")}; the server ${server.isRunning ? "lives" : "has ended itself"}`;
    },
  };
}
