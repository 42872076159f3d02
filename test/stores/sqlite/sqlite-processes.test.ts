// sqliteStore in several processes on one file, also when they are killed.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { hostClocks } from "../../../src/lib/sqlite/file-clock.js";
import { sqliteStore } from "../../../src/stores/sqlite/sqlite-store.js";
import { compiled } from "../../support/compiled.js";
import { randomFrom } from "../../support/random.js";
import { open, temporaryFolder } from "./sqlite-bench.js";
import type { Ran, Said, Task } from "./sqlite-worker.js";

const WORKER = compiled(new URL("sqlite-worker.ts", import.meta.url));
const WORKERS = 3;
const EVENTS = 500;
const COPIES = 20;
const KILLS = 4;
const seed = Math.floor(Math.random() * 2 ** 32);

const folder = temporaryFolder();
const children = new Set<ChildProcess>();
afterEach(() => {
  for (const child of children) child.kill("SIGKILL");
  children.clear();
});
afterAll(() => folder.remove());

interface Worker {
  readonly child: ChildProcess;
  readonly ran: Ran[];
  readonly failures: string[];
  /** Ended by itself or killed. */
  readonly ended: Promise<unknown>;
}

function start(task: Task, onRan: (count: number, child: ChildProcess) => void = () => {}): Worker {
  const child = fork(WORKER, { execArgv: [] });
  children.add(child);
  const worker: Worker = { child, ran: [], failures: [], ended: once(child, "close") };
  child.on("message", (said: Said) => {
    if ("end" in said) worker.failures.push(...said.end.failures);
    else onRan(worker.ran.push(said.ran), child);
  });
  child.send(task);
  return worker;
}

describe(`sqliteStore in ${WORKERS} processes (seed ${seed})`, () => {
  it(`runs each of ${EVENTS} events once, of ${COPIES} copies each, on a file that all of them make`, async () => {
    const path = join(folder.path, "storm.db");
    const events = Array.from({ length: EVENTS }, (_, i) => `event-${i}`);
    const copies = randomFrom(seed).shuffled(Array.from({ length: COPIES }, () => events).flat());
    const workers = Array.from({ length: WORKERS }, (_, worker) => {
      const own = copies.filter((_, at) => at % WORKERS === worker);
      return start({ path, worker, events: own, leaseSeconds: 60, completes: true });
    });
    await Promise.all(workers.map(({ ended }) => ended));
    expect(workers.flatMap(({ failures }) => failures)).toEqual([]);
    const ran = workers.flatMap((worker) => worker.ran);
    expect(ran.map(({ event }) => event).sort()).toEqual([...events].sort());
    expect(new Set(ran.map(({ fence }) => fence)).size).toBe(EVENTS);
    const database = open(path);
    expect(database.prepare("SELECT count(*) AS n FROM hookgate_dedupe WHERE state = 'done'").get()).toMatchObject({
      n: EVENTS,
    });
    database.close();
  }, 60_000);

  it(`killed in the middle of claims, ${KILLS} times: the file is whole, what was answered is there, and claims lapse`, async () => {
    const path = join(folder.path, "killed.db");
    const random = randomFrom(seed);
    const answered: Ran[] = [];
    for (let round = 0; round < KILLS; round++) {
      const events = Array.from({ length: 20_000 }, (_, i) => `event-${round}-${i}`);
      const killAt = random.between(20, 319);
      const worker = start({ path, worker: round, events, leaseSeconds: 60, completes: false }, (count, child) => {
        if (count >= killAt) child.kill("SIGKILL");
      });
      await worker.ended;
      expect(worker.child.signalCode).toBe("SIGKILL");
      answered.push(...worker.ran);
    }
    const database = open(path);
    expect(database.prepare("PRAGMA integrity_check").get()).toMatchObject({ integrity_check: "ok" });
    const find = database.prepare("SELECT state, fence FROM hookgate_dedupe WHERE key = ?");
    for (const { event, fence } of answered) expect(find.get(event), event).toMatchObject({ state: "claimed", fence });

    const { event, fence } = answered.at(-1) as Ran;
    const request = { key: event, token: "next", leaseSeconds: 60, bodyDigest: "digest" };
    const now = sqliteStore(database);
    expect(await now.claim(request)).toMatchObject({ state: "in_flight" });
    const later = sqliteStore(database, {
      clocks: { monotonicMs: () => hostClocks.monotonicMs() + 61_000, wallMs: () => Date.now() + 61_000 },
    });
    const taken = await later.claim(request);
    expect(taken).toMatchObject({ state: "claimed", attempt: 2 });
    expect(taken.state === "claimed" && taken.fence > fence).toBe(true);
    database.close();
  }, 60_000);
});
