// A full disk: 503, nothing lost, the file whole, and on it goes once there is room.
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Violation } from "../check-history.js";
import type { Engine } from "../engine.js";
import { nowMs } from "../history.js";
import { inLanes, Sender } from "../sender.js";
import type { Bench, Report, Storm } from "../storm.js";
import { drained } from "../traffic.js";

/** In MiB. A write-ahead log is 4 MB before it is checkpointed, and an inbox writes each event's bytes again as it runs. */
const SIZES = { inbox: { disk: 24, ballast: 14 }, store: { disk: 6, ballast: 3 } } as const;
const MIB = 1_048_576;
const LANES = 4;
/** Of an event: an inbox keeps it whole, a store only its id. */
const PADDING = { inbox: 20_000, store: 100 } as const;
const MOST_EVENTS = 60_000;
/** So many refusals in a row are a full disk. */
const FULL = 12;
const MOST_RECOVERY_MS = 2_000;
const MOST_ANSWER_MS = 1_500;

async function fill(bench: Bench, kind: "inbox" | "store"): Promise<Report> {
  const { recorder, random } = bench;
  const folder = join(bench.folder, "small");
  mkdirSync(folder);
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${SIZES[kind].disk}m`, "hookgate-faults", folder]);
  const unmount = (): void => void execFileSync("umount", ["-l", folder], { stdio: "ignore" });
  process.once("exit", unmount);
  bench.onClose(async () => {
    process.removeListener("exit", unmount);
    unmount();
  });
  const engine: Engine =
    kind === "inbox"
      ? { kind: "sqlite-inbox", path: join(folder, "inbox.db"), leaseSeconds: 5 }
      : { kind: "sqlite", path: join(folder, "store.db") };
  const ballast = join(folder, "ballast");
  writeFileSync(ballast, Buffer.alloc(SIZES[kind].ballast * MIB));
  // Done entries are kept, so the inbox grows although it is worked.
  const receiver = await bench.start({ engine, handlerMs: [0, 0], works: kind === "inbox" });
  const sender = new Sender({ port: () => receiver.port, recorder, random });
  const violations: Violation[] = [];
  const say = (message: string): void => void violations.push({ rule: "disk", message });
  const asked = { type: "order.created", padding: "x".repeat(PADDING[kind]) };
  const refused: string[] = [];
  let count = 0;
  let inRow = 0;
  let freeBytes = 0;
  await inLanes(LANES, async () => {
    while (inRow < FULL && count < MOST_EVENTS) {
      const id = `evt-${count++}`;
      const { status, reason, tookMs } = await sender.deliver({ id, asked });
      inRow = status === 200 ? 0 : inRow + 1;
      if (status === 200) continue;
      refused.push(id);
      if (status !== 503) say(`${id} heard ${status ?? reason} on a full disk`);
      if (tookMs > MOST_ANSWER_MS) say(`${id} heard 503 after ${Math.round(tookMs)} ms`);
    }
  });
  if (inRow < FULL) say(`the disk did not get full by ${count} events`);
  freeBytes = Number(statfsSync(folder).bavail) * Number(statfsSync(folder).bsize);
  // As an operator does.
  rmSync(ballast);
  const upMs = nowMs();
  let recoveryMs: number | undefined;
  while (recoveryMs === undefined && nowMs() < upMs + 15_000) {
    const { status } = await sender.deliver({ id: refused[0] as string, asked });
    if (status === 200) recoveryMs = nowMs() - upMs;
    else await sleep(20);
  }
  if (recoveryMs === undefined || recoveryMs > MOST_RECOVERY_MS) say(`well again after ${recoveryMs ?? "never"} ms`);
  for (const id of refused) await sender.deliverUntilTaken({ id, asked });
  sender.close();
  const end = kind === "inbox" ? await drained({ engine, recorder, withinMs: 60_000 }) : undefined;
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
      "well again after room was made": recoveryMs === undefined ? "never" : `${Math.round(recoveryMs)} ms`,
    },
  };
}

export const DISKS: readonly Storm[] = [
  {
    name: "disk-sqlite-inbox",
    title: "a full disk under sqliteInbox: 503, nothing lost, well again with room",
    isInShort: true,
    needs: ["mount"],
    run: (bench) => fill(bench, "inbox"),
  },
  {
    name: "disk-sqlite",
    title: "a full disk under sqliteStore: 503, nothing lost, well again with room",
    isInShort: true,
    needs: ["mount"],
    run: (bench) => fill(bench, "store"),
  },
];
