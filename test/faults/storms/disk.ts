// A full disk: 503, nothing lost, the file whole, and on it goes once there is room.
import { setTimeout as sleep } from "node:timers/promises";
import type { Random } from "../../support/random.js";
import type { Violation } from "../check-history.js";
import { nowMs } from "../history.js";
import { inLanes, Sender } from "../sender.js";
import { mountSmallDisk } from "../small-disk.js";
import type { Bench, Need, Report, Storm } from "../storm.js";
import { drained } from "../traffic.js";
import {
  type DiskPlan,
  postgresDisk,
  postgresWalDisk,
  redisDisk,
  sqliteInboxDisk,
  sqliteStoreDisk,
} from "./disk-subjects.js";

const LANES = 4;
const MOST_EVENTS = 60_000;
/** So many refusals in a row are a full disk. */
const FULL = 12;
/** Between two tries at a disk that is getting full: a server that restarts itself is not full yet. */
const REFUSED_PAUSE_MS = 50;
const MOST_RECOVERY_MS = 3_000;
const MOST_ANSWER_MS = 1_500;

async function fill(bench: Bench, plan: DiskPlan): Promise<Report> {
  const { recorder, random } = bench;
  const disk = mountSmallDisk(bench, plan.diskMib);
  const subject = await plan.make(bench, disk);
  const { engine } = subject;
  // Done entries are kept, so an inbox grows although it is worked.
  const receiver = await bench.start({ engine, handlerMs: [0, 0], works: plan.works });
  disk.leave(plan.leaveMib);
  const sender = new Sender({ port: () => receiver.port, recorder, random });
  const violations: Violation[] = [];
  const say = (message: string): void => void violations.push({ rule: "disk", message });
  const asked = { type: "order.created", padding: noise(random, plan.paddingBytes) };
  const refused: string[] = [];
  let count = 0;
  let inRow = 0;
  await inLanes(LANES, async () => {
    while (inRow < FULL && count < MOST_EVENTS) {
      const id = `evt-${count++}`;
      const { status, reason, tookMs } = await sender.deliver({ id, asked });
      inRow = status === 200 ? 0 : inRow + 1;
      if (status === 200) continue;
      refused.push(id);
      if (status !== 503) say(`${id} heard ${status ?? reason} on a full disk`);
      if (tookMs > bench.bound(MOST_ANSWER_MS)) say(`${id} heard 503 after ${Math.round(tookMs)} ms`);
      await sleep(REFUSED_PAUSE_MS);
    }
  });
  if (inRow < FULL) say(`the disk did not get full by ${count} events`);
  const { freeBytes } = disk;
  const told = await subject.told?.();
  disk.makeRoom();
  await subject.revive();
  const upMs = nowMs();
  let recoveryMs: number | undefined;
  while (recoveryMs === undefined && nowMs() < upMs + 15_000) {
    const { status } = await sender.deliver({ id: refused[0] as string, asked });
    if (status === 200) recoveryMs = nowMs() - upMs;
    else await sleep(20);
  }
  if (recoveryMs === undefined || recoveryMs > bench.bound(MOST_RECOVERY_MS))
    say(`well again after ${recoveryMs ?? "never"} ms`);
  for (const id of refused) await sender.deliverUntilTaken({ id, asked });
  sender.close();
  const end = plan.works ? await drained({ engine, recorder, withinMs: 60_000 }) : undefined;
  return {
    events: count,
    faults: 1,
    violations: [
      ...violations,
      ...bench.check({ runs: "at least once", ...(end === undefined ? {} : { kept: end.kept }) }),
    ],
    figures: {
      "events until the disk was full": count - refused.length,
      "bytes left then": freeBytes,
      ...(told === undefined ? {} : { "what the server made of it": told }),
      "well again after room was made": recoveryMs === undefined ? "never" : `${Math.round(recoveryMs)} ms`,
    },
  };
}

/** What no server can compress: room is to be taken. */
function noise(random: Random, length: number): string {
  return Array.from({ length }, () => random.between(0, 35).toString(36)).join("");
}

function storm(name: string, under: string, plan: DiskPlan, isInShort = false, needs: readonly Need[] = []): Storm {
  return {
    name: `disk-${name}`,
    title: `a full disk under ${under}: 503, nothing lost, well again with room`,
    isInShort,
    needs: ["mount", ...needs],
    run: (bench) => fill(bench, plan),
  };
}

const PAIR = { isTransactional: false, keepsOrder: false } as const;

export const DISKS: readonly Storm[] = [
  storm("sqlite-inbox", "sqliteInbox", sqliteInboxDisk, true),
  storm("sqlite", "sqliteStore", sqliteStoreDisk, true),
  storm(
    "redis",
    "the Redis of redisStore, which refuses writes (MISCONF)",
    redisDisk("everysec", (port) => ({ kind: "redis", port, client: "ioredis" })),
    true,
    ["redis"],
  ),
  storm(
    "bullmq",
    "the Redis of bullmqInbox, which refuses writes (MISCONF)",
    redisDisk("everysec", (port) => ({ kind: "bullmq", port, lockSeconds: 2 })),
    false,
    ["redis"],
  ),
  storm(
    "bullmq-always",
    "the Redis of bullmqInbox, which ends itself (appendfsync always)",
    redisDisk("always", (port) => ({ kind: "bullmq", port, lockSeconds: 2 })),
    false,
    ["redis"],
  ),
  storm(
    "postgres",
    "the PostgreSQL of postgresStore, whose tables cannot grow",
    postgresDisk(1, (url) => ({ kind: "postgres", url, isTransactional: false })),
  ),
  storm(
    "pg-boss",
    "the PostgreSQL of pgBossInbox, whose tables cannot grow",
    postgresDisk(4, (url) => ({ kind: "pg-boss", url, ...PAIR })),
  ),
  storm(
    "pg-boss-wal",
    "the PostgreSQL of pgBossInbox, which panics (no room for its write-ahead log)",
    postgresWalDisk((url) => ({ kind: "pg-boss", url, ...PAIR })),
  ),
];
