// Whose disk gets full, how large is it, and who brings the server back once there is room?
import { join } from "node:path";
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

/**
 * With little left a table cannot grow (53100, and it lives on). With more than a segment of the write-ahead log it is that
 * which cannot: PostgreSQL panics, and ends where it cannot even recover.
 */
export function postgresDisk(leaveMib: number, of: (url: string) => Engine): DiskPlan {
  const isInbox = of("").kind === "pg-boss";
  return {
    diskMib: 160,
    leaveMib,
    paddingBytes: isInbox ? 20_000 : 100,
    works: isInbox,
    async make(bench, { folder }) {
      const server = await bench.postgres(["-c", "fsync=on", "-c", "max_wal_size=32MB"], folder);
      const engine = of(server.url);
      await prepare(engine);
      return {
        engine,
        async revive() {
          if (!server.isRunning) await server.start();
        },
        async told() {
          const lines = server.log.join("").split("\n");
          const full = lines.filter((line) => line.includes("No space left"));
          const count = (level: string): number => full.filter((line) => line.includes(`${level}:`)).length;
          return `${count("ERROR")} × ERROR, ${count("PANIC")} × PANIC, ${count("FATAL")} × FATAL; the server ${server.isRunning ? "lives" : "has ended itself"}`;
        },
      };
    },
  };
}
