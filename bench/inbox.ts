// What does it cost to accept an event into an inbox, beside the least its engine could do: an INSERT, a SET?
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Queue } from "bullmq";
import { Redis } from "ioredis";
import { PgBoss } from "pg-boss";
import type { Inbox, InboxEntry } from "../src/inbox/inbox.js";
import { type PostgresServer, startPostgres } from "../test/support/postgres-server.js";
import { hasRedis, type RedisServer, startRedis } from "../test/support/redis-server.js";
import { bundled } from "./bundled.js";
import { stripeLike } from "./fixtures.js";
import { type Contender, compareInFlight } from "./in-flight.js";
import { heading } from "./report.js";

const load = await bundled("inbox", [
  "inbox/sqlite/index",
  "inbox/pg-boss/index",
  "inbox/bullmq/index",
  "lib/sqlite/driver",
]);
const { sqliteInbox } = await load<typeof import("../src/inbox/sqlite/index.js")>("inbox/sqlite/index");
const { pgBossInbox } = await load<typeof import("../src/inbox/pg-boss/index.js")>("inbox/pg-boss/index");
const { bullmqInbox } = await load<typeof import("../src/inbox/bullmq/index.js")>("inbox/bullmq/index");
const { openSqliteDatabase } = await load<typeof import("../src/lib/sqlite/driver.js")>("lib/sqlite/driver");

const ROUNDS = 5;
/** How many deliveries are open at once. */
const CONCURRENT = [1, 64];
/** Per round, one by one and many at once. */
const EVENTS = { one: 300, many: 2_000 } as const;
const KEPT_EVENTS = 10_000;
const BODY_BYTES = 1_024;
/** Above anything here. */
const MAX_WAITING = 10_000_000;
const SOURCE = "stripe/bench";

const { body } = stripeLike(BODY_BYTES);
const headers = { "content-type": "application/json", "user-agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)" };

function entry(): InboxEntry {
  return {
    key: randomBytes(32).toString("base64url"),
    source: SOURCE,
    id: `evt_${randomBytes(12).toString("hex")}`,
    type: "invoice.paid",
    tenant: undefined,
    timestampMs: Date.now(),
    receivedAtMs: Date.now(),
    senderAttempt: undefined,
    isVerified: true,
    headers,
    body,
    payloadFrom: "body",
    orderKey: undefined,
  };
}

/** A contender that accepts events. */
function accepts(name: string, accept: (event: InboxEntry) => unknown): Contender {
  return {
    name,
    open(total) {
      const events = Array.from({ length: total }, entry);
      return { op: (at) => accept(events[at] as InboxEntry) };
    },
  };
}

function accepting(name: string, inbox: Inbox<unknown>): Contender {
  inbox.attach({
    receiver: "bench",
    source: SOURCE,
    minRetentionSeconds: 86_400,
    handlerTimeoutSeconds: 60,
    needsOrder: false,
    report: () => undefined,
  });
  return accepts(name, (event) => inbox.put([event]));
}

async function compare(contenders: readonly Contender[]): Promise<void> {
  for (const concurrent of CONCURRENT) {
    const total = concurrent === 1 ? EVENTS.one : EVENTS.many;
    await compareInFlight(contenders, { rounds: ROUNDS, concurrent, total, unit: "event" });
  }
  console.log("");
}

async function fill(inbox: Inbox<unknown>): Promise<void> {
  for (let from = 0; from < KEPT_EVENTS; from += 250) await inbox.put(Array.from({ length: 250 }, entry));
}

function told(bytes: number): void {
  console.log(`${(bytes / KEPT_EVENTS).toFixed(0)} bytes an event that waits, its ${BODY_BYTES} of body included.`);
}

async function benchSqlite(): Promise<void> {
  heading("sqliteInbox beside an INSERT", ["libsql"]);
  const folder = mkdtempSync(join(tmpdir(), "hookgate-bench-"));
  try {
    const raw = openSqliteDatabase("bench", join(folder, "raw.db"));
    raw.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
    raw.exec("CREATE TABLE raw (key TEXT PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID");
    const insert = raw.prepare("INSERT OR IGNORE INTO raw VALUES (?, ?)");
    const inbox = sqliteInbox(join(folder, "inbox.db"), { maxWaiting: MAX_WAITING });
    await compare([
      accepts("INSERT OR IGNORE, a transaction each", (event) => insert.run(event.key, event.body)),
      accepting("sqliteInbox", inbox),
    ]);
    raw.close();
    await inbox.close();
    const file = join(folder, "kept.db");
    const kept = sqliteInbox(file, { maxWaiting: MAX_WAITING });
    await fill(kept);
    await kept.close();
    told(statSync(file).size);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function benchPgBoss(server: PostgresServer): Promise<void> {
  heading("pgBossInbox beside an INSERT", ["pg-boss", "pg"]);
  const pool = server.pool({ max: 8 });
  await pool.query("CREATE TABLE raw (key text PRIMARY KEY, body bytea NOT NULL)");
  const boss = new PgBoss({ connectionString: server.url, max: 8, supervise: false, schedule: false });
  boss.on("error", (error) => console.error(error));
  await boss.start();
  try {
    await compare([
      accepts("INSERT … ON CONFLICT DO NOTHING", ({ key, body: bytes }) =>
        pool.query("INSERT INTO raw VALUES ($1, $2) ON CONFLICT DO NOTHING", [key, bytes]),
      ),
      accepting("pgBossInbox", pgBossInbox(boss, { maxWaiting: MAX_WAITING })),
    ]);
    await fill(pgBossInbox(boss, { prefix: "kept", maxWaiting: MAX_WAITING }));
    const { rows } = await pool.query(
      "SELECT sum(pg_column_size(j.*))::float8 AS bytes FROM pgboss.job AS j WHERE starts_with(name, 'kept.')",
    );
    told((rows as [{ bytes: number }])[0].bytes);
    console.log("(Of the row, without its indexes and the page around it.)");
  } finally {
    await boss.stop({ graceful: false });
  }
}

async function benchBullMq(server: RedisServer): Promise<void> {
  heading("bullmqInbox beside a SET", ["bullmq", "ioredis"]);
  const connection = { host: "127.0.0.1", port: server.port };
  const redis = new Redis(connection);
  const queues = [new Queue("bench", { connection }), new Queue("kept", { connection })] as const;
  const usedBytes = async (): Promise<number> =>
    Number(/used_memory:(\d+)/.exec(await redis.info("memory"))?.[1] ?? Number.NaN);
  try {
    await compare([
      accepts("SET NX", ({ key, body: bytes }) => redis.set(key, bytes as Buffer, "NX")),
      accepting("bullmqInbox", bullmqInbox(queues[0], { maxWaiting: MAX_WAITING })),
    ]);
    const before = await usedBytes();
    await fill(bullmqInbox(queues[1], { maxWaiting: MAX_WAITING }));
    told((await usedBytes()) - before);
  } finally {
    for (const queue of queues) await queue.close();
    redis.disconnect();
  }
}

await benchSqlite();
const postgres = await startPostgres(["-c", "fsync=on"]);
try {
  await benchPgBoss(postgres);
} finally {
  await postgres.close();
}
if (hasRedis) {
  const redis = await startRedis({ keeps: "nothing", settings: ["--appendonly", "yes", "--appendfsync", "everysec"] });
  try {
    console.log("");
    await benchBullMq(redis);
  } finally {
    await redis.stop();
  }
} else {
  console.log("\n*** inbox on BullMQ is left out: redis-server is not on PATH ***");
}
