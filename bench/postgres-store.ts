// What does `postgresStore` cost beside the least one could do, an INSERT of the id? On a real PostgreSQL, fsync on.
import { createHash } from "node:crypto";
import type pg from "pg";
import { type PostgresServer, startPostgres } from "../test/support/postgres-server.js";
import { bundled } from "./bundled.js";
import { type Contestant, compare } from "./measure.js";
import { cost, heading, table, times, two } from "./report.js";

const EVENTS_PER_ROUND = 500;
const ROUNDS = 7;
const WARM_UP_ROUNDS = 2;
/** Asked for at once, as by so many deliveries. */
const IN_FLIGHT = 16;
const CONNECTIONS = 8;
const KEPT_EVENTS = 10_000;
const RETENTION_SECONDS = 7 * 86_400;

const load = await bundled("postgres", ["stores/postgres/index"]);
const { postgresStore } = await load<typeof import("../src/stores/postgres/index.js")>("stores/postgres/index");

interface Event {
  readonly id: string;
  readonly key: string;
  readonly token: string;
  readonly bodyDigest: string;
}

let made = 0;
function newEvents(count: number): Event[] {
  return Array.from({ length: count }, () => {
    const id = `evt_${made++}`;
    const key = createHash("sha256").update(id).digest("base64url");
    return { id, key, token: key.slice(0, 22), bodyDigest: key };
  });
}

async function forAll(events: readonly Event[], act: (event: Event) => Promise<unknown>): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let event = events[next++]; event !== undefined; event = events[next++]) await act(event);
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
}

/** What a store does with one event, `postgresStore` in its two modes. */
function stores(pool: pg.Pool) {
  const plain = postgresStore(pool, { table: "plain" });
  const transactional = postgresStore(pool, { table: "transactional", transactional: true });
  const claim = (event: Event) => plain.claim({ ...event, leaseSeconds: 60 });
  return {
    plain,
    transactional,
    claim,
    async handle(event: Event): Promise<void> {
      await claim(event);
      await plain.complete(event.key, event.token, { reply: undefined }, RETENTION_SECONDS);
    },
    async handleInTransaction(event: Event): Promise<void> {
      const answer = await transactional.begin?.({ ...event, leaseSeconds: 60 });
      if (answer?.state !== "claimed") throw new Error("a new event must be claimed");
      await answer.transaction.complete({ reply: undefined }, RETENTION_SECONDS);
    },
  };
}

async function compareCosts(pool: pg.Pool, { claim, handle, handleInTransaction }: ReturnType<typeof stores>) {
  const raw = (event: Event) => pool.query("INSERT INTO raw (id) VALUES ($1) ON CONFLICT DO NOTHING", [event.id]);
  const walls = new Map<string, number[]>();
  const contestant = (
    name: string,
    act: (event: Event) => Promise<unknown>,
    isRepeat = false,
  ): Contestant<Event[]> => ({
    name,
    async run(events) {
      // Each has events of its own, unless they are meant to be there already.
      const own = isRepeat ? events : events.map((event) => ({ ...event }));
      const startedMs = performance.now();
      await forAll(own, act);
      const wall = ((performance.now() - startedMs) * 1000) / EVENTS_PER_ROUND;
      walls.set(name, [...(walls.get(name) ?? []), wall]);
    },
  });
  const fresh = (act: (event: Event) => Promise<unknown>) => (event: Event) => act(renamed(event));
  const contestants = [
    contestant("INSERT INTO raw … ON CONFLICT DO NOTHING", fresh(raw)),
    contestant("claim, a new event", fresh(claim)),
    contestant("claim and complete", fresh(handle)),
    contestant("claim, a duplicate", (event) => claim(event), true),
    contestant("begin, complete and commit", fresh(handleInTransaction)),
  ];
  const measured = await compare(contestants, {
    rounds: ROUNDS,
    warmUpRounds: WARM_UP_ROUNDS,
    operationsPerBatch: EVENTS_PER_ROUND,
    batch: () => done,
  });
  const [base] = measured;
  if (base === undefined) throw new Error("nothing was measured");
  const wallOf = (name: string) => medianOf((walls.get(name) as number[]).slice(WARM_UP_ROUNDS));
  table(
    ["one event", "client CPU µs", "times the INSERT", "wall µs", "times the INSERT"],
    measured.map((one) => [
      one.name,
      cost(one),
      times(one, base),
      wallOf(one.name).toFixed(0),
      two(wallOf(one.name) / wallOf(base.name)),
    ]),
  );
  console.log(`\n${IN_FLIGHT} at once over ${CONNECTIONS} connections; wall time is the whole round's, by its events.`);
}

/** Events of the plain table that are done: duplicates of them come in every round. */
const done: Event[] = newEvents(EVENTS_PER_ROUND);

function renamed(event: Event): Event {
  const [fresh] = newEvents(1);
  return fresh ?? event;
}

function medianOf(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] as number;
}

async function measureRows(pool: pg.Pool): Promise<void> {
  const store = postgresStore(pool, { table: "kept" });
  await store.migrate();
  await forAll(newEvents(KEPT_EVENTS), async (event) => {
    await store.claim({ ...event, leaseSeconds: 60 });
    await store.complete(event.key, event.token, { reply: undefined }, RETENTION_SECONDS);
  });
  await pool.query("SELECT pg_stat_force_next_flush()");
  const { rows } = await pool.query(
    `SELECT (SELECT count(*) FROM kept)::int AS rows, (SELECT avg(pg_column_size(k.*)) FROM kept AS k)::float8 AS record, pg_table_size('kept')::int AS heap, pg_indexes_size('kept')::int AS indexes,
            n_tup_upd::int AS updates, n_tup_hot_upd::int AS hot FROM pg_stat_user_tables WHERE relname = 'kept'`,
  );
  const [kept] = rows as [Record<"rows" | "record" | "heap" | "indexes" | "updates" | "hot", number>];
  table(
    ["per event handled", ""],
    [
      ["rows", two(kept.rows / KEPT_EVENTS)],
      ["bytes of its record", kept.record.toFixed(0)],
      ["bytes of the table", (kept.heap / KEPT_EVENTS).toFixed(0)],
      ["bytes of its index", (kept.indexes / KEPT_EVENTS).toFixed(0)],
      [
        "completions in place, without the index (HOT)",
        `${((100 * kept.hot) / Math.max(1, kept.updates)).toFixed(0)} %`,
      ],
    ],
  );
}

let server: PostgresServer | undefined;
try {
  server = await startPostgres(["-c", "fsync=on"]);
  const pool = server.pool({ max: CONNECTIONS });
  await pool.query("CREATE TABLE raw (id text PRIMARY KEY)");
  const both = stores(pool);
  await both.plain.migrate();
  await both.transactional.migrate();
  await forAll(done, (event) => both.handle(event));
  heading("postgresStore beside an INSERT", ["pg"]);
  await compareCosts(pool, both);
  heading(`postgresStore with ${KEPT_EVENTS.toLocaleString("en")} events, none vacuumed`);
  await measureRows(pool);
} finally {
  await server?.close();
}
