// Senders that all come back at once, and deployments under load.
import { setTimeout as sleep } from "node:timers/promises";
import type { Violation } from "../check-history.js";
import { type Engine, prepare } from "../engine.js";
import { nowMs } from "../history.js";
import type { Process } from "../processes.js";
import { inLanes, Sender } from "../sender.js";
import type { Bench, Report, Storm } from "../storm.js";
import { drained } from "../traffic.js";

const RETRY_LANES = 64;

/** Nothing is taken while the store is away, then everything comes at once. */
async function retryStorm(bench: Bench): Promise<Report> {
  const { recorder, random, size } = bench;
  const server = await bench.redis();
  const engine: Engine = { kind: "redis", port: server.port, client: "ioredis" };
  const events = bench.count(size.events, 3_000, 500);
  const processes = await Promise.all(
    [1, 2].map(() => bench.start({ engine, handlerMs: [0, 10], leaseSeconds: LEASE_SECONDS })),
  );
  const sender = new Sender({
    port: () => processes[random.between(0, 1)]?.port as number,
    recorder,
    random,
  });
  await server.crash();
  let next = 0;
  let taken = 0;
  const all = inLanes(RETRY_LANES, async () => {
    for (let at = next++; at < events; at = next++) {
      await sender.deliverUntilTaken({ id: `evt-${at}`, asked: { type: "order.created" } });
      taken++;
    }
  });
  await sleep(1_500);
  const violations: Violation[] = [];
  if (taken > 0) violations.push({ rule: "storm", message: `${taken} events were taken without a store` });
  await server.restart();
  const upMs = nowMs();
  await all;
  const seconds = (nowMs() - upMs) / 1_000;
  sender.close();
  const refused = bench.steps().filter(({ kind }) => kind === "fail").length;
  return {
    events,
    faults: 1,
    violations: [...violations, ...bench.check({ runs: "once" })],
    figures: { "answered with 503": refused, "all taken after the store's return": `${seconds.toFixed(1)} s` },
  };
}

const SHIFT_MS = [300, 900] as const;
const DEPLOY_LANES = 24;
const REST_MS = 60;
/** So long that waiting for one would be seen. */
const LEASE_SECONDS = 30;
/** Longer than what a closing process waits for. */
const SLOW_MS = 1_500;
const GRACE_SECONDS = 1;

/** Two processes, replaced in turn by SIGTERM, behind a balancer that takes one out of turn at its first 503. */
async function deploy(bench: Bench, engine: Engine): Promise<Report> {
  const { recorder, random, size } = bench;
  await prepare(engine);
  const isInbox = engine.kind === "sqlite-inbox";
  const handlerMs: readonly [number, number] = isInbox ? [0, 5] : [5, 60];
  const plan = { engine, works: isInbox, handlerMs, leaseSeconds: LEASE_SECONDS, graceSeconds: GRACE_SECONDS };
  const serving: Process[] = [await bench.start(plan), await bench.start(plan)];
  const draining = new Set<number>();
  const violations: Violation[] = [];
  const say = (rule: string, message: string): void => void violations.push({ rule, message });
  const port = (): number | undefined => {
    const ready = serving.filter((one) => !draining.has(one.port));
    return ready[random.between(0, ready.length - 1)]?.port;
  };
  const sender = new Sender({ port, recorder, random });
  let isOver = false;
  let taken = 0;
  let closings = 0;
  let overtaxed = 0;
  let slowestMs = 0;

  async function deliver(id: string, holdMs: number | undefined): Promise<void> {
    const asked = { type: "order.created", ...(holdMs === undefined ? {} : { holdMs }) };
    const startMs = nowMs();
    for (;;) {
      const at = port() as number;
      const { status, reason, connection, body } = await sender.deliver({ id, asked }, false, at);
      if (status === 200) break;
      const isClosing = status === 503 && body.includes("closing");
      // Of a slow handler elsewhere: it is given back when its process is through with waiting.
      const isInFlight = status === 503 && body.includes("in_flight");
      if (isClosing) {
        draining.add(at);
        closings++;
        if (connection !== "close") say("deploy", `${id} heard 503 closing on a connection that stays open`);
      } else if (status === 503 && body.includes("store_unavailable")) overtaxed++;
      else if (!isInFlight) say("deploy", `${id} heard ${status ?? reason} ${body}`);
      await sleep(isInFlight ? 50 : 1);
    }
    taken++;
    slowestMs = Math.max(slowestMs, nowMs() - startMs);
  }

  const traffic = inLanes(DEPLOY_LANES, async (lane) => {
    for (let turn = 0; !isOver; turn++) {
      // One in some hundred outlives the grace: it is aborted, and given back.
      const isSlow = random.next() < 0.005;
      await deliver(`evt-${lane}-${turn}`, isSlow ? SLOW_MS : undefined);
      await sleep(random.next() * REST_MS);
    }
  });
  const restarts = bench.count(size.kills, 30, 6);
  let unclean = 0;
  for (let at = 0; at < restarts; at++) {
    await sleep(random.between(...SHIFT_MS));
    const old = serving[at % 2] as Process;
    const fresh = await bench.start(plan);
    serving.push(fresh);
    const how = await old.terminate();
    if (how !== 0) unclean++;
    serving.splice(serving.indexOf(old), 1);
    draining.delete(old.port);
  }
  isOver = true;
  await traffic;
  sender.close();
  if (unclean > 0) say("deploy", `${unclean} processes did not end by themselves`);
  if (slowestMs > LEASE_SECONDS * 500) say("lease", `an event took ${Math.round(slowestMs)} ms: it waited for a lease`);
  const end = isInbox ? await drained({ engine, recorder, withinMs: LEASE_SECONDS * 500 }) : undefined;
  for (const one of serving) await one.terminate();
  const checked = bench.check({ runs: "at least once", ...(end === undefined ? {} : { kept: end.kept }) });
  return {
    events: taken,
    faults: restarts,
    violations: [...violations, ...checked],
    figures: {
      "answered with 503, closing": closings,
      "answered with 503, since the store took longer than a second": overtaxed,
      "slowest event, its retries included": `${Math.round(slowestMs)} ms, with handlers of up to ${SLOW_MS} ms and leases of ${LEASE_SECONDS} s`,
      "signals aborted": bench.steps().filter(({ kind }) => kind === "aborted").length,
    },
  };
}

export const LOADS: readonly Storm[] = [
  {
    name: "retries-redis",
    title: "Redis is away, then every sender comes again at once: each handled once",
    isInShort: true,
    needs: ["redis"],
    run: retryStorm,
  },
  {
    name: "sigterm-redis",
    title: "rolling SIGTERM under load on redisStore: no answer cut off, all refusals retryable, no wait for a lease",
    isInShort: true,
    needs: ["redis"],
    run: async (bench) => deploy(bench, { kind: "redis", port: (await bench.redis()).port, client: "ioredis" }),
  },
  {
    name: "sigterm-sqlite-inbox",
    title: "rolling SIGTERM under load on sqliteInbox: no answer cut off, all refusals retryable, no wait for a lease",
    isInShort: true,
    run: (bench) =>
      deploy(bench, { kind: "sqlite-inbox", path: `${bench.folder}/inbox.db`, leaseSeconds: LEASE_SECONDS }),
  },
];
