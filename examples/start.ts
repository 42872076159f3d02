// `npm start`: a receiver that listens, and then sends itself genuine and forged deliveries, over real HTTP and with real
// signatures. It prints each answer, and why; then it listens on.
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import express, { type Express } from "express";
import { createReceiver, type Outcome } from "hookgate";
import { stripe } from "hookgate/senders";
import { createTestSender } from "hookgate/testing";

const secret = process.env.STRIPE_WEBHOOK_SECRET ?? "whsec_only_for_this_demonstration";
const sender = stripe({ secret });
let last: Outcome | undefined;

const receiver = createReceiver(sender, {
  allow: ["127.0.0.1", "::1"],
  // The demonstration plays a proxy, so that it can deliver from another address.
  trustedProxies: ["127.0.0.1", "::1"],
  onOutcome(outcome) {
    last = outcome;
  },
});

receiver.on("invoice.paid", (event) => {
  console.log(`    handler: ${event.type} ${event.id}`);
});

export const app: Express = express();
app.use("/webhooks/stripe", receiver);

async function demonstrate(url: string): Promise<void> {
  const to = createTestSender(sender).to(url);
  const invoice = { object: "event", data: { object: { id: "in_1", amount_paid: 1200 } } };
  async function show(what: string, sending: ReturnType<typeof to.send>): ReturnType<typeof to.send> {
    const sent = await sending;
    const why = last?.hint ?? last?.trace.map((line) => `${line.check} ${line.result}`).join(", ");
    console.log(`${what}\n    answer: ${sent.status} ${sent.code ?? ""}\n    why:    ${last?.name}: ${why}\n`);
    return sent;
  }
  const good = await show("A good event", to.send("invoice.paid", invoice));
  await show("The same event again", to.send("invoice.paid", invoice, { duplicateOf: good }));
  await show("A forged one", to.send("invoice.paid", invoice, { wrongKey: true }));
  await show("A stale one", to.send("invoice.paid", invoice, { stale: true }));
  await show("One from another address", to.send("invoice.paid", invoice, { from: "203.0.113.7" }));
}

async function curlFor(url: string): Promise<string> {
  const signed = await createTestSender(sender).sign({ type: "invoice.paid", payload: { data: { object: {} } } });
  const headers = Object.entries(signed.headers).map(([name, value]) => ` -H '${name}: ${value}'`);
  return `curl -i ${url}${headers.join("")} -d '${Buffer.from(signed.body).toString("utf8")}'`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const server = app.listen(Number(process.env.PORT ?? 3000), "127.0.0.1", async (error?: Error) => {
    if (error !== undefined) {
      console.error(`${error.message}\nAnother port: PORT=3001 npm start`);
      process.exitCode = 1;
      return;
    }
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks/stripe`;
    console.log(`hookgate listens on ${url}\nMounted as: app.use("/webhooks/stripe", receiver)\n`);
    await demonstrate(url);
    console.log(`Try it (the signature is good for five minutes):\n\n${await curlFor(url)}\n\nStop with Ctrl+C.`);
  });
}
