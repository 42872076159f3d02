// `npm start`: a receiver that sends itself genuine and forged deliveries over real HTTP, and prints each answer with its
// reason. Then it prints the same for your own deliveries.
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import express, { type Express } from "express";
import { createReceiver, type Outcome } from "hookgate";
import { stripe } from "hookgate/senders";
import { createTestSender } from "hookgate/testing";

const secret = process.env.STRIPE_WEBHOOK_SECRET ?? "whsec_only_for_this_demonstration";
const sender = stripe({ secret });
let last: Outcome | undefined;
/** Lines of the handler, printed below the heading of their delivery. */
let handled: string[] = [];
/** Its own deliveries; every other one is yours. */
let isDemonstrating = false;

const receiver = createReceiver(sender, {
  allow: ["127.0.0.1", "::1"],
  // The demonstration plays a proxy, so that it can deliver from another address.
  trustedProxies: ["127.0.0.1", "::1"],
  onOutcome(outcome) {
    last = outcome;
    if (!isDemonstrating)
      print(`Yours: ${outcome.method} ${outcome.path}`, `${outcome.reply.status} ${outcome.name}`, outcome);
  },
});

receiver.on("invoice.paid", (event) => {
  handled.push(`    handler: ${event.type} ${event.id}`);
});

function print(heading: string, answer: string, outcome: Outcome | undefined): void {
  const reason = outcome === undefined ? "" : why(outcome);
  console.log([heading, ...handled, `    answer: ${answer}`, `    why:    ${reason}\n`].join("\n"));
  handled = [];
}

function why({ name, hint, trace }: Outcome): string {
  return `${name}: ${hint ?? trace.map((line) => `${line.check} ${line.result}`).join(", ")}`;
}

export const app: Express = express();
app.use("/webhooks/stripe", receiver);

async function demonstrate(url: string): Promise<void> {
  isDemonstrating = true;
  const to = createTestSender(sender).to(url);
  const invoice = { object: "event", data: { object: { id: "in_1", amount_paid: 1200 } } };
  async function show(what: string, options: Parameters<typeof to.send>[2] = {}): ReturnType<typeof to.send> {
    const sent = await to.send("invoice.paid", invoice, options);
    print(what, `${sent.status} ${sent.code ?? ""}`, last);
    return sent;
  }
  const good = await show("A good event");
  await show("The same event again", { duplicateOf: good });
  await show("A forged one", { wrongKey: true });
  await show("A stale one", { stale: true });
  await show("One from another address", { from: "203.0.113.7" });
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
    isDemonstrating = false;
    console.log(`Try it (the signature is good for five minutes):\n\n${await curlFor(url)}\n\nStop with Ctrl+C.`);
  });
}
