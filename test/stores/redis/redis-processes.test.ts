// Several processes that receive the same events run each once.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { Redis } from "ioredis";
import { expect, it } from "vitest";
import { compiled } from "../../support/compiled.js";
import { randomFrom } from "../../support/random.js";
import { describeWithRedis, startRedis } from "../../support/redis-server.js";
import type { Report, Work } from "./redis-worker.js";

const EVENTS = 500;
const COPIES = 20;
const PROCESSES = 3;
const WORKER = compiled(new URL("./redis-worker.ts", import.meta.url));

describeWithRedis("redisStore", () => {
  it(`runs each of ${EVENTS} events once, though ${COPIES} copies of it come to ${PROCESSES} processes at random`, async () => {
    const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 32));
    console.log(`SEED=${seed}`);
    const ids = Array.from({ length: EVENTS }, (_, at) => `evt_${at}`);
    const deliveries = randomFrom(seed).shuffled(Array.from({ length: COPIES }, () => ids).flat());
    const server = await startRedis();
    const client = new Redis(server.port, "127.0.0.1");
    const workers = Array.from({ length: PROCESSES }, () => fork(WORKER, { execArgv: [] }));
    try {
      await Promise.all(workers.map((worker) => once(worker, "message")));
      const reports = await Promise.all(
        workers.map((worker, at) =>
          report(worker, { redisPort: server.port, ids: deliveries.filter((_, turn) => turn % PROCESSES === at) }),
        ),
      );
      const runs = await client.hgetall("runs");
      expect(Object.keys(runs)).toHaveLength(EVENTS);
      expect(Object.entries(runs).filter(([, times]) => times !== "1")).toEqual([]);
      const total = (name: string) => reports.reduce((sum, { outcomes }) => sum + (outcomes[name] ?? 0), 0);
      expect(total("processed")).toBe(EVENTS);
      expect(total("duplicate") + total("in_flight")).toBe(EVENTS * (COPIES - 1));
      console.log(`${total("in_flight")} copies met a run under way`);
    } finally {
      for (const worker of workers) worker.kill("SIGKILL");
      client.disconnect();
      await server.stop();
    }
  }, 60_000);
});

async function report(worker: ChildProcess, work: Work): Promise<Report> {
  const answered = once(worker, "message");
  const exited = once(worker, "exit").then(([code]) => Promise.reject(new Error(`a process ended with ${code}`)));
  exited.catch(() => undefined);
  worker.send(work);
  const [answer] = (await Promise.race([answered, exited])) as [Report];
  return answer;
}
