// Three instances of one app on one Redis: however many copies of an event come, and to whichever of them, it is handled once.
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import express, { type Express } from "express";
import { createReceiver } from "hookgate";
import { stripe } from "hookgate/senders";
import { redisStore } from "hookgate/stores/redis";
import { createTestSender } from "hookgate/testing";
import { Redis } from "ioredis";
import { startInstance, tell } from "./instances.js";
import { startRedis } from "./servers.js";

const EVENTS = 20;
const COPIES = 6;
const SENT_AT_ONCE = 10;
const PATH = "/webhooks/stripe";

export const sender = stripe({ secret: process.env.STRIPE_WEBHOOK_SECRET ?? "whsec_for_trying_it_out" });

/** What you deploy three times. */
export function createApp(redis: Redis, onPaid: (id: string) => void) {
  // The same scope in all instances: it is part of every key.
  const receiver = createReceiver(sender, { scope: "billing", dedupe: { store: redisStore(redis) } });
  receiver.on("invoice.paid", (event) => onPaid(event.id ?? ""));
  const app: Express = express();
  app.use(PATH, receiver);
  return { app, receiver };
}

async function beInstance(redisUrl: string): Promise<void> {
  const redis = new Redis(redisUrl);
  redis.on("error", () => undefined);
  const { app, receiver } = createApp(redis, (id) => tell({ ran: id }));
  const server = app.listen(0, "127.0.0.1");
  await once(server, "listening");
  process.once("SIGTERM", async () => {
    server.close();
    await receiver.close({ graceSeconds: 5 });
    await redis.quit();
    process.exit(0);
  });
  tell({ ready: (server.address() as AddressInfo).port });
}

async function demonstrate(): Promise<void> {
  const redis = await startRedis();
  if (redis === undefined) return;
  const runs = new Map<string, string[]>();
  const instances = ["a", "b", "c"].map((name) =>
    startInstance(import.meta.url, [`instance ${name}`, redis.url], (id) => {
      runs.set(id, [...(runs.get(id) ?? []), name]);
    }),
  );
  const ports = await Promise.all(instances.map((instance) => instance.ready));
  console.log(`Three processes listen, on ports ${ports.join(", ")}. They share a Redis, and nothing else.\n`);

  const test = createTestSender(sender);
  const copies = Array.from({ length: EVENTS * COPIES }, (_, at) => `evt_${1 + Math.floor(at / COPIES)}`);
  copies.sort(() => Math.random() - 0.5);
  const statuses: number[] = [];
  await Promise.all(
    Array.from({ length: SENT_AT_ONCE }, async () => {
      for (let id = copies.pop(); id !== undefined; id = copies.pop()) {
        const port = ports[Math.floor(Math.random() * ports.length)];
        const { status } = await test.to(`http://127.0.0.1:${port}${PATH}`).send("invoice.paid", {}, { id });
        statuses.push(status);
        if (status !== 200) copies.push(id); // as a sender does: it retries
      }
    }),
  );
  console.log(`${EVENTS} events were sent, ${COPIES} times each, to any of the three, ${SENT_AT_ONCE} at once.`);
  console.log(`Answered: ${tally(statuses)}. (503: another instance was handling it, so that copy was sent again.)`);
  for (const name of ["a", "b", "c"]) {
    const own = [...runs].filter(([, by]) => by.includes(name)).map(([id]) => id);
    console.log(`Instance ${name} handled ${own.length}: ${own.join(" ")}`);
  }
  const twice = [...runs].filter(([, by]) => by.length > 1);
  console.log(`Events handled: ${runs.size}; handled more than once: ${twice.length}.\n`);

  const again = await test.to(`http://127.0.0.1:${ports[0]}${PATH}`).send("invoice.paid", {}, { id: "evt_1" });
  console.log(`evt_1 once more, later: ${again.status}, and no handler ran.`);
  await Promise.all(instances.map((instance) => instance.stop()));
  await redis.stop();
  console.log("All three stopped on SIGTERM.");
}

function tally(statuses: readonly number[]): string {
  const counts = new Map<number, number>();
  for (const status of statuses) counts.set(status, (counts.get(status) ?? 0) + 1);
  return [...counts].map(([status, count]) => `${count} times ${status}`).join(", ");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [role, redisUrl = ""] = process.argv.slice(2);
  await (role === undefined ? demonstrate() : beInstance(redisUrl));
}
