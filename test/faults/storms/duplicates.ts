// Copies of the same events at random, over three processes: each handler runs once.
import { type Engine, effectsOf, prepare } from "../engine.js";
import { nowMs } from "../history.js";
import { inLanes, Sender } from "../sender.js";
import type { Bench, Report, Storm } from "../storm.js";
import { drained } from "../traffic.js";

const PROCESSES = 3;
const COPIES = 20;
const LANES = 48;
/** Nobody dies here, and no process is to lose its events because it waits for a core. */
const LEASE_SECONDS = 10;

async function duplicate(bench: Bench, engine: Engine): Promise<Report> {
  const { recorder, random, size } = bench;
  await prepare(engine);
  const events = bench.count(size.events, 500, 150);
  const isInbox = engine.kind.endsWith("-inbox");
  const processes = await Promise.all(
    Array.from({ length: PROCESSES }, () =>
      bench.start({ engine, works: isInbox, handlerMs: [5, 30], leaseSeconds: LEASE_SECONDS }),
    ),
  );
  const ids = Array.from({ length: events }, (_, at) => `evt-${at}`);
  const copies = random.shuffled(ids.flatMap((id) => Array.from({ length: COPIES }, () => id)));
  const port = (): number => processes[random.between(0, PROCESSES - 1)]?.port as number;
  const sender = new Sender({ port, recorder, random });
  let next = 0;
  const startMs = nowMs();
  await inLanes(LANES, async () => {
    for (let id = copies[next++]; id !== undefined; id = copies[next++]) {
      await sender.deliverUntilTaken({ id, asked: { type: "order.created" } });
    }
  });
  const seconds = (nowMs() - startMs) / 1_000;
  sender.close();
  const end = isInbox ? await drained({ engine, recorder, withinMs: 30_000 }) : undefined;
  const effects = engine.kind === "postgres" && engine.isTransactional ? await effectsOf(engine.url) : undefined;
  const violations = bench.check({
    runs: "once",
    ...(effects === undefined ? {} : { effects }),
    ...(end === undefined ? {} : { kept: end.kept }),
  });
  const steps = bench.steps();
  const answers = steps.filter(({ kind }) => kind === "ok" || kind === "fail").length;
  return {
    events,
    faults: 0,
    violations,
    figures: {
      "copies sent": copies.length,
      "handlers run": steps.filter((step) => step.kind === "end" && step.isOk).length,
      "copies answered": `${answers} (${Math.round(answers / seconds)} a second)`,
      "copies that met a run under way (503)": steps.filter(({ kind }) => kind === "fail").length,
    },
  };
}

const TITLE = `copies at random over ${PROCESSES} processes, ${COPIES} of each event: each handled once`;

export const DUPLICATES: readonly Storm[] = [
  {
    name: "duplicates-redis",
    title: `redisStore: ${TITLE}`,
    isInShort: true,
    needs: ["redis"],
    run: async (bench) => duplicate(bench, { kind: "redis", port: (await bench.redis()).port, client: "redis" }),
  },
  {
    name: "duplicates-postgres",
    title: `postgresStore: ${TITLE}`,
    isInShort: true,
    run: async (bench) =>
      duplicate(bench, { kind: "postgres", url: (await bench.postgres()).url, isTransactional: false }),
  },
  {
    name: "duplicates-transactional",
    title: `postgresStore, transactional: ${TITLE}`,
    isInShort: true,
    run: async (bench) =>
      duplicate(bench, { kind: "postgres", url: (await bench.postgres()).url, isTransactional: true }),
  },
  {
    name: "duplicates-sqlite",
    title: `sqliteStore: ${TITLE}`,
    isInShort: true,
    run: (bench) => duplicate(bench, { kind: "sqlite", path: `${bench.folder}/store.db` }),
  },
  {
    name: "duplicates-sqlite-inbox",
    title: `sqliteInbox: ${TITLE}`,
    isInShort: true,
    run: (bench) =>
      duplicate(bench, { kind: "sqlite-inbox", path: `${bench.folder}/inbox.db`, leaseSeconds: LEASE_SECONDS }),
  },
];
