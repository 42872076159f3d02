// An inbox on Redis, with BullMQ doing the queueing: one process takes deliveries in, others handle them. A worker that is
// killed in the middle of an event loses nothing: another one runs it.
import { fileURLToPath } from "node:url";
import { Queue } from "bullmq";
import express, { type Express } from "express";
import { createReceiver, type Inbox } from "hookgate";
import { bullmqInbox } from "hookgate/inbox/bullmq";
import { stripe } from "hookgate/senders";
import { createTestSender } from "hookgate/testing";
import { pause, startInstance, tell, until } from "./instances.js";
import { startRedis } from "./servers.js";

const PATH = "/webhooks/stripe";
const EVENTS = 8;
/** Handled while its worker is killed. */
const FATAL = "evt_5";

export const sender = stripe({ secret: process.env.STRIPE_WEBHOOK_SECRET ?? "whsec_for_trying_it_out" });

/** A queue for one receiver. It is yours: you make it, and you close it. */
function openQueue(port: number): Queue {
  return new Queue("stripe-billing", { connection: { host: "127.0.0.1", port } });
}

/** After a crash an event runs again when its lock has ended: 30 s by default. Short here, so that the example is quick. */
function openInbox(queue: Queue): Inbox {
  return bullmqInbox(queue, { lockSeconds: 2 });
}

/** Takes deliveries in. It has no handlers, so it keeps every event for those that have. */
export function createApp(queue: Queue): Express {
  const app = express();
  app.use(PATH, createReceiver(sender, { scope: "billing", inbox: openInbox(queue) }));
  return app;
}

/** Handles them; as many of these as are wanted. */
function beWorker(name: string, port: number): void {
  const queue = openQueue(port);
  const receiver = createReceiver(sender, { scope: "billing", inbox: openInbox(queue) });
  receiver.on("invoice.paid", async (event) => {
    if (event.id === FATAL && name === "first") {
      console.log(`    ${name} worker: ${event.id} … and the worker is killed`);
      process.kill(process.pid, "SIGKILL");
    }
    await pause(50);
    console.log(`    ${name} worker: ${event.id}`);
    tell({ ran: event.id ?? "" });
  });
  receiver.work({ concurrency: 2 });
  process.once("SIGTERM", async () => {
    await receiver.close({ graceSeconds: 5 });
    await queue.close();
    process.exit(0);
  });
  tell({ ready: 0 });
}

async function demonstrate(): Promise<void> {
  const redis = await startRedis();
  if (redis === undefined) return;
  const queue = openQueue(redis.port);
  const test = createTestSender(sender).to(createApp(queue));
  console.log(`${EVENTS} events come, and nobody works yet:`);
  for (let at = 1; at <= EVENTS; at++) {
    const { status } = await test.send("invoice.paid", {}, { id: `evt_${at}`, path: PATH });
    console.log(`    evt_${at}: the sender got ${status}`);
  }
  const ran: string[] = [];
  console.log("\nA worker starts:");
  const first = startInstance(import.meta.url, ["first", String(redis.port)], (id) => ran.push(id));
  await first.ended;
  console.log("\nAnother one starts. What the first had in hand comes to it when the lock has ended:");
  const second = startInstance(import.meta.url, ["second", String(redis.port)], (id) => ran.push(id));
  await until(() => new Set(ran).size === EVENTS);
  console.log(`\n${new Set(ran).size} of ${EVENTS} events are handled.`);
  console.log(
    "(Whatever a killed handler had done by then is done twice, unless it is in a transaction: guarantees.md.)",
  );
  await second.stop();
  await test.close();
  await queue.close();
  await redis.stop();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [role, port] = process.argv.slice(2);
  if (role === undefined) await demonstrate();
  else beWorker(role, Number(port));
}
