// An exactly-once ledger on PostgreSQL: the handler's writes and the event's completion are one transaction, so that a crash
// between a write and the commit undoes both, and the sender's next attempt does both.
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import express, { type Express } from "express";
import { createReceiver } from "hookgate";
import { stripe } from "hookgate/senders";
import { postgresStore } from "hookgate/stores/postgres";
import { createTestSender } from "hookgate/testing";
import pg from "pg";
import { startInstance, tell } from "./instances.js";
import { startPostgres } from "./servers.js";

const PATH = "/webhooks/stripe";

export const sender = stripe({ secret: process.env.STRIPE_WEBHOOK_SECRET ?? "whsec_for_trying_it_out" });

/** `beforeCommit` stands for what may go wrong between the write and the commit. */
export function createApp(pool: pg.Pool, beforeCommit: () => void = () => undefined): Express {
  const store = postgresStore(pool, { transactional: true });
  const receiver = createReceiver(sender, { scope: "ledger", dedupe: { store } });
  receiver.on("invoice.paid", async (event, { tx }) => {
    const { account, amount } = event.payload.data.object as { account: string; amount: number };
    await tx.query("INSERT INTO entries (event, account, amount) VALUES ($1, $2, $3)", [event.id, account, amount]);
    await tx.query("UPDATE accounts SET balance = balance + $2 WHERE name = $1", [account, amount]);
    beforeCommit();
  });
  const app = express();
  app.use(PATH, receiver);
  return app;
}

/** When you deploy, not for each delivery. */
export async function migrate(pool: pg.Pool): Promise<void> {
  await postgresStore(pool).migrate();
  await pool.query("CREATE TABLE accounts (name text PRIMARY KEY, balance integer NOT NULL)");
  // No unique key on the event: nothing but hookgate keeps an entry from being written twice.
  await pool.query("CREATE TABLE entries (event text NOT NULL, account text NOT NULL, amount integer NOT NULL)");
  await pool.query("INSERT INTO accounts VALUES ('acme', 0)");
}

async function beInstance(url: string, isToCrash: boolean): Promise<void> {
  const pool = new pg.Pool({ connectionString: url, connectionTimeoutMillis: 1_000 });
  const crash = (): void => {
    console.log("    (both rows are written; the process is killed before it commits)");
    process.kill(process.pid, "SIGKILL");
  };
  const server = createApp(pool, isToCrash ? crash : undefined).listen(0, "127.0.0.1");
  await once(server, "listening");
  tell({ ready: (server.address() as AddressInfo).port });
}

async function demonstrate(): Promise<void> {
  console.log("Starting a PostgreSQL of its own …");
  const server = await startPostgres();
  const pool = new pg.Pool({ connectionString: server.url });
  await migrate(pool);
  const show = async (): Promise<void> => {
    const [ledger] = (
      await pool.query(
        "SELECT (SELECT balance FROM accounts) AS balance, (SELECT count(*) FROM entries) AS entries, (SELECT count(*) FROM hookgate_dedupe) AS known",
      )
    ).rows as [{ balance: number; entries: string; known: string }];
    console.log(`    balance ${ledger.balance}, entries ${ledger.entries}, events remembered ${ledger.known}`);
  };
  const payload = { data: { object: { account: "acme", amount: 100 } } };
  const deliver = async (port: number): Promise<string> => {
    const to = createTestSender(sender).to(`http://127.0.0.1:${port}${PATH}`);
    return await to.send("invoice.paid", payload, { id: "evt_1" }).then(
      ({ status }) => `got ${status}`,
      () => "got nothing: the connection broke",
    );
  };

  const doomed = startInstance(import.meta.url, ["instance", server.url, "crash"]);
  console.log("\nevt_1 pays 100 into acme. Its process is killed between the write and the commit:");
  const first = await deliver(await doomed.ready);
  await doomed.ended;
  console.log(`    the sender ${first}, so it will retry`);
  await show();

  const instance = startInstance(import.meta.url, ["instance", server.url]);
  const port = await instance.ready;
  console.log("\nThe next process, and the sender's next attempt:");
  console.log(`    the sender ${await deliver(port)}`);
  await show();

  console.log("\nTen more copies at once:");
  const statuses = await Promise.all(Array.from({ length: 10 }, () => deliver(port)));
  console.log(`    each sender ${[...new Set(statuses)].join(", or ")}`);
  await show();

  await instance.stop();
  await pool.end();
  await server.stop();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [role, url = "", fate] = process.argv.slice(2);
  await (role === undefined ? demonstrate() : beInstance(url, fate === "crash"));
}
