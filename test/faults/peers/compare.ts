// `--peers`: sends the same events, under the same faults, to other ways to receive, and prints one table.
import { execFileSync } from "node:child_process";
import { createHmac, randomInt } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { machine, table } from "../../../bench/report.js";
import { type Engine, SECRET } from "../engine.js";
import { buildScript, type Process } from "../processes.js";
import { inLanes, Sender, type Sign } from "../sender.js";
import { Bench } from "../storm.js";
import { drained } from "../traffic.js";
import type { PeerName, PeerPlan } from "./peer-process.js";

/** Installed into a temporary folder, for this run only. */
const PACKAGES: readonly string[] = [
  "express-idempotency@1.0.6",
  "@node-idempotency/core@1.0.11",
  "@node-idempotency/storage-adapter-redis@1.0.2",
];
const EVENTS = 150;
const COPIES = 10;
const KILLS = 12;
const KILLED_EVENTS = 400;
const LIFE_MS = [100, 300] as const;
const LANES = 24;
/** A sender's patience, here: after it the event is lost to it. */
const GIVE_UP_MS = 6_000;
const LEASE_SECONDS = 1;

type Contender =
  | { readonly title: string; readonly peer: PeerName; readonly packages: readonly string[] }
  | { readonly title: string; readonly engine: (bench: Bench, redisPort: number) => Engine };

const CONTENDERS: readonly Contender[] = [
  { title: "a route with a Set, marked when an event comes", peer: "set", packages: ["express"] },
  { title: "a route with a Set, answered first", peer: "ack-first", packages: ["express"] },
  { title: "createNodeMiddleware of @octokit/webhooks (no dedupe)", peer: "octokit", packages: ["@octokit/webhooks"] },
  { title: "express-idempotency before a route", peer: "express-idempotency", packages: ["express-idempotency"] },
  {
    title: "@node-idempotency/core on Redis around a route",
    peer: "node-idempotency",
    packages: ["@node-idempotency/core", "@node-idempotency/storage-adapter-redis"],
  },
  { title: "hookgate, redisStore", engine: (_, port) => ({ kind: "redis", port, client: "ioredis" }) },
  {
    title: "hookgate, sqliteInbox",
    engine: ({ folder }) => ({ kind: "sqlite-inbox", path: `${folder}/inbox.db`, leaseSeconds: LEASE_SECONDS }),
  },
];

/** @octokit/webhooks knows GitHub's headers only; the id is not signed there. */
const gitHub: Sign = (id, body, isForged) => ({
  "x-github-delivery": id,
  "x-github-event": "push",
  "x-hub-signature-256": `sha256=${createHmac("sha256", isForged ? "none" : SECRET)
    .update(body)
    .digest("hex")}`,
});

interface Counts {
  /** Answered with success, and no handler ran to its end. */
  readonly lost: number;
  /** Handlers ran to their end more than once. */
  readonly doubled: number;
  /** Refused until the sender gave up. */
  readonly refused: number;
}

interface Arena {
  readonly bench: Bench;
  readonly contender: Contender;
  readonly start: (handlerMs: readonly [number, number]) => Promise<Process>;
  readonly engine: Engine | undefined;
}

export async function comparePeers(seedText: string | undefined): Promise<boolean> {
  const seed = seedText === undefined ? randomInt(2 ** 31) : Number(seedText);
  console.log(`${machine()}\nseed ${seed}\n`);
  const packages = mkdtempSync(join(tmpdir(), "hookgate-peers-"));
  process.once("exit", () => rmSync(packages, { recursive: true, force: true }));
  writeFileSync(join(packages, "package.json"), "{}");
  execFileSync("npm", ["install", "--no-fund", "--no-audit", "--loglevel=error", ...PACKAGES], { cwd: packages });
  await buildScript();
  const rows: string[][] = [];
  for (const contender of CONTENDERS) {
    const row: string[] = [`${contender.title}${"peer" in contender ? versions(contender.packages, packages) : ""}`];
    for (const weather of [copies, failures, kills]) {
      const bench = new Bench(seed, { isShort: false, kills: undefined, events: undefined });
      try {
        row.push(told(await weather(await arena(bench, contender, packages))));
      } catch (error) {
        row.push(`broken: ${String(error).slice(0, 80)}`);
      } finally {
        await bench.close();
      }
    }
    rows.push(row);
    console.log(`  ${row.join(" | ")}`);
  }
  console.log("");
  table(
    [
      "",
      `${EVENTS} events × ${COPIES} copies, 3 processes`,
      `${EVENTS} events whose handler fails once`,
      `${KILLED_EVENTS} events, ${KILLS} kills`,
    ],
    rows,
  );
  console.log("\nlost: answered with success, and no handler ran to its end. doubled: ran to its end more than once.");
  console.log(`refused: not taken within ${GIVE_UP_MS / 1_000} s of retries.`);
  return rows
    .filter(([title]) => title?.startsWith("hookgate"))
    .every((row) => row.every((cell) => !/[1-9]\d* lost|broken/.test(cell)));
}

async function arena(bench: Bench, contender: Contender, packages: string): Promise<Arena> {
  const { port: redisPort } = await bench.redis();
  if ("engine" in contender) {
    const engine = contender.engine(bench, redisPort);
    const works = engine.kind === "sqlite-inbox";
    const start: Arena["start"] = (handlerMs) => bench.start({ engine, works, handlerMs, leaseSeconds: LEASE_SECONDS });
    return { bench, contender, start, engine };
  }
  const start: Arena["start"] = (handlerMs) => {
    const plan: PeerPlan = { peer: contender.peer, folder: bench.folder, packages, redisPort, handlerMs };
    return bench.startScript("peers/peer-process", { HOOKGATE_FAULTS_PEER: JSON.stringify(plan) });
  };
  return { bench, contender, start, engine: undefined };
}

function senderOf({ bench, contender }: Arena, port: () => number | undefined): Sender {
  const isGitHub = "peer" in contender && contender.peer === "octokit";
  const { recorder, random } = bench;
  return new Sender({ port, recorder, random, giveUpMs: GIVE_UP_MS, ...(isGitHub ? { sign: gitHub } : {}) });
}

async function copies(arena: Arena): Promise<Counts> {
  const { bench } = arena;
  const processes = await Promise.all([1, 2, 3].map(() => arena.start([5, 30])));
  const sender = senderOf(arena, () => processes[bench.random.between(0, 2)]?.port);
  const ids = Array.from({ length: EVENTS }, (_, at) => `evt-${at}`);
  const all = bench.random.shuffled(ids.flatMap((id) => Array.from({ length: COPIES }, () => id)));
  let next = 0;
  const refused = new Set<string>();
  await inLanes(LANES, async () => {
    for (let id = all[next++]; id !== undefined; id = all[next++]) await take(sender, id, 0, refused);
  });
  return count(arena, sender, refused);
}

async function failures(arena: Arena): Promise<Counts> {
  const one = await arena.start([1, 5]);
  const sender = senderOf(arena, () => one.port);
  const refused = new Set<string>();
  let next = 0;
  await inLanes(LANES, async () => {
    for (let at = next++; at < EVENTS; at = next++) await take(sender, `evt-${at}`, 1, refused);
  });
  return count(arena, sender, refused);
}

async function kills(arena: Arena): Promise<Counts> {
  const { bench } = arena;
  let one: Process | undefined;
  const sender = senderOf(arena, () => (one?.isAlive === true ? one.port : undefined));
  const refused = new Set<string>();
  let next = 0;
  let done = 0;
  const traffic = inLanes(LANES, async () => {
    while (done < KILLS || next < KILLED_EVENTS) {
      await take(sender, `evt-${next++}`, 0, refused);
      await sleep(bench.random.next() * 100);
    }
  });
  for (; done < KILLS; done++) {
    one = await arena.start([5, 40]);
    await sleep(bench.random.between(...LIFE_MS));
    await one.kill();
  }
  one = await arena.start([5, 40]);
  await traffic;
  return count(arena, sender, refused);
}

async function take(sender: Sender, id: string, fails: number, refused: Set<string>): Promise<void> {
  const asked = { type: "order.created", id, ...(fails === 0 ? {} : { failures: fails }) };
  await sender.deliverUntilTaken({ id, asked }).catch(() => refused.add(id));
}

async function count({ bench, engine }: Arena, sender: Sender, refused: ReadonlySet<string>): Promise<Counts> {
  sender.close();
  if (engine?.kind === "sqlite-inbox") await drained({ engine, recorder: bench.recorder, withinMs: 20_000 });
  else await sleep(200);
  const steps = bench.steps();
  const runs = new Map<string, number>();
  for (const step of steps) if (step.kind === "end" && step.isOk) runs.set(step.id, (runs.get(step.id) ?? 0) + 1);
  const acked = new Set(steps.flatMap((step) => (step.kind === "ok" ? [step.id] : [])));
  return {
    lost: [...acked].filter((id) => !runs.has(id)).length,
    doubled: [...runs.values()].filter((times) => times > 1).length,
    refused: refused.size,
  };
}

function told({ lost, doubled, refused }: Counts): string {
  return `${lost} lost, ${doubled} doubled${refused === 0 ? "" : `, ${refused} refused`}`;
}

function versions(names: readonly string[], folder: string): string {
  const ours = createRequire(import.meta.url);
  const texts = names.map((name) => {
    for (const root of [join(folder, "node_modules"), join(ours.resolve("express"), "..", "..")]) {
      try {
        const { version } = JSON.parse(readFileSync(join(root, name, "package.json"), "utf8")) as { version: string };
        return `${name} ${version}`;
      } catch {
        // In the other place.
      }
    }
    return name;
  });
  return ` (${texts.join(", ")})`;
}
