// A process of its own for the tests of postgresStore: `migrate`, `storm` or `transactions`. Prints one line of JSON.

import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { bearerToken } from "../../../src/auth/index.js";
import { bodyDigest, dedupeKey } from "../../../src/dedupe/key.js";
import { createReceiver, defineSender, json } from "../../../src/index.js";
import { postgresStore } from "../../../src/stores/postgres/postgres-store.js";
import { quietLogger } from "../../support/quiet.js";
import { randomFrom } from "../../support/random.js";

export interface WorkerPlan {
  readonly mode: "migrate" | "storm" | "transactions";
  readonly url: string;
  readonly table: string;
  readonly events: readonly string[];
  readonly copies: number;
  readonly seed: number;
}

const plan = JSON.parse(process.argv[2] as string) as WorkerPlan;
const pool = new pg.Pool({ connectionString: plan.url, max: 8, connectionTimeoutMillis: 2_000 });
const TOKEN = "a-token-for-the-storm-0123456789";

const random = randomFrom(plan.seed);

/** Every copy of every event, in an order that the seed gives. */
const shuffled = (): string[] =>
  random.shuffled(plan.events.flatMap((id) => Array.from({ length: plan.copies }, () => id)));

async function eachOf(ids: readonly string[], concurrency: number, run: (id: string) => Promise<void>): Promise<void> {
  const queue = [...ids];
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      for (let id = queue.pop(); id !== undefined; id = queue.pop()) await run(id);
    }),
  );
}

/** Whole receivers on the plain store: the handler leaves one row for each run. */
async function storm(): Promise<void> {
  const sender = defineSender({
    name: "storm",
    auth: bearerToken({ token: TOKEN }),
    event: { id: json("id"), type: json("type") },
  });
  const receiver = createReceiver(sender, {
    scope: "storm",
    dedupe: { store: postgresStore(pool, { table: plan.table }) },
    logger: quietLogger,
  });
  receiver.on("a", async (event) => {
    await pool.query(`INSERT INTO ${plan.table}_effects (id) VALUES ($1)`, [event.id]);
  });
  const outcomes: Record<string, number> = {};
  await eachOf(shuffled(), 24, async (id) => {
    const delivery = {
      method: "POST",
      url: "/",
      headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
      body: Buffer.from(JSON.stringify({ id, type: "a" })),
    };
    for (;;) {
      const { name } = await receiver.receive(delivery);
      outcomes[name] = (outcomes[name] ?? 0) + 1;
      if (name !== "in_flight" && name !== "store_unavailable") return;
      await sleep(random.next() * 20);
    }
  });
  console.log(JSON.stringify(outcomes));
}

/** Transactions by hand, until every event is done: this process is killed in the midst of them. */
async function transactions(): Promise<void> {
  const store = postgresStore(pool, { table: plan.table, transactional: true });
  await eachOf(shuffled(), 6, async (id) => {
    for (;;) {
      const key = dedupeKey({ scope: "kill", sender: "kill", tenant: undefined, id });
      const token = `${process.pid}-${random.next()}`;
      const claim = { key, token, leaseSeconds: 30, bodyDigest: bodyDigest(Buffer.from(id)) };
      const answer = await store.begin?.(claim);
      if (answer === undefined) throw new Error("the store is not transactional");
      if (answer.state === "done") return;
      if (answer.state === "claimed") {
        const { tx } = answer.transaction;
        await tx.query(`INSERT INTO ${plan.table}_effects (id) VALUES ($1)`, [id]);
        await sleep(random.next() * 10);
        if (random.next() < 0.1) await answer.transaction.release("again");
        else await answer.transaction.complete({ reply: undefined }, 3600);
        continue;
      }
      await sleep(random.next() * 20);
    }
  });
  console.log(JSON.stringify({ done: true }));
}

if (plan.mode === "migrate") {
  await postgresStore(pool, { table: plan.table }).migrate();
  console.log(JSON.stringify({ migrated: true }));
} else if (plan.mode === "storm") await storm();
else await transactions();
await pool.end();
