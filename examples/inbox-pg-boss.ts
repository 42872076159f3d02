// An inbox on PostgreSQL, with pg-boss doing the queueing, and handlers that write in a transaction: an event is on the disk
// before its sender gets success, a worker in another process handles it, and it takes effect exactly once.
import { fileURLToPath } from "node:url";
import express, { type Express } from "express";
import { createReceiver } from "hookgate";
import { pgBossInbox } from "hookgate/inbox/pg-boss";
import { stripe } from "hookgate/senders";
import { postgresStore } from "hookgate/stores/postgres";
import { createTestSender } from "hookgate/testing";
import pg from "pg";
import { PgBoss } from "pg-boss";
import { startInstance, tell, until } from "./instances.js";
import { startPostgres } from "./servers.js";

const PATH = "/webhooks/stripe";
const EVENTS = 6;

export const sender = stripe({ secret: process.env.STRIPE_WEBHOOK_SECRET ?? "whsec_for_trying_it_out" });

/** A started pg-boss is yours: you stop it. */
async function startBoss(url: string): Promise<PgBoss> {
  const boss = new PgBoss({ connectionString: url, max: 4 });
  boss.on("error", (error) => console.error(error.message));
  await boss.start();
  return boss;
}

/** Takes deliveries in. It has no handlers, so it keeps every event for those that have. */
export function createApp(boss: PgBoss): Express {
  const app = express();
  app.use(PATH, createReceiver(sender, { scope: "billing", inbox: pgBossInbox(boss) }));
  return app;
}

async function beWorker(url: string): Promise<void> {
  const boss = await startBoss(url);
  const pool = new pg.Pool({ connectionString: url, connectionTimeoutMillis: 1_000 });
  // pg-boss may run a job twice; with this store the handler's writes are there once all the same.
  const inbox = pgBossInbox(boss, { store: postgresStore(pool, { transactional: true }), pollSeconds: 0.2 });
  const receiver = createReceiver(sender, { scope: "billing", inbox, onError: () => undefined });
  receiver.on("invoice.paid", async (event, { tx, attempt }) => {
    await tx.query("INSERT INTO paid (event, attempt) VALUES ($1, $2)", [event.id, attempt]);
    // Fails after the write, once: what was written is undone with it.
    if (event.id === "evt_2" && attempt === 1) throw new Error("something else is down");
    console.log(`    worker: ${event.id}, attempt ${attempt}`);
  });
  receiver.work({ concurrency: 4, backoffBaseSeconds: 0.2, backoffCapSeconds: 1 });
  process.once("SIGTERM", async () => {
    await receiver.close({ graceSeconds: 5 });
    await boss.stop({ graceful: false });
    await pool.end();
    process.exit(0);
  });
  tell({ ready: 0 });
}

async function demonstrate(): Promise<void> {
  console.log("Starting a PostgreSQL of its own …\n");
  const server = await startPostgres();
  const pool = new pg.Pool({ connectionString: server.url });
  await postgresStore(pool).migrate(); // when you deploy
  await pool.query("CREATE TABLE paid (event text NOT NULL, attempt integer NOT NULL)");
  const boss = await startBoss(server.url);
  const inbox = pgBossInbox(boss);
  const test = createTestSender(sender).to(createApp(boss));

  console.log(`${EVENTS} events come, each of them twice, and nobody works yet:`);
  for (let at = 1; at <= EVENTS; at++) {
    const twice = [1, 2].map(() => test.send("invoice.paid", {}, { id: `evt_${at}`, path: PATH }));
    console.log(`    evt_${at}: the sender got ${(await Promise.all(twice)).map((sent) => sent.status).join(" and ")}`);
  }
  console.log(`    waiting in the inbox: ${(await inbox.counts()).waiting}`);

  console.log("\nA worker starts, in another process:");
  const worker = startInstance(import.meta.url, ["worker", server.url]);
  await worker.ready;
  await until(async () => (await inbox.counts()).done === EVENTS);

  const { rows } = await pool.query("SELECT event, attempt FROM paid ORDER BY event");
  console.log("\nWhat the handlers wrote:");
  for (const row of rows as { event: string; attempt: number }[]) {
    console.log(`    ${row.event}, written at attempt ${row.attempt}`);
  }
  console.log(`${rows.length} rows for ${EVENTS} events, of which one failed after it had written.`);
  await worker.stop();
  await test.close();
  await boss.stop({ graceful: false });
  await pool.end();
  await server.stop();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [role, url = ""] = process.argv.slice(2);
  await (role === undefined ? demonstrate() : beWorker(url));
}
