// Webhooks, backed up by polling: what did not arrive is fetched, through the same dedupe and the same handlers.
import { fileURLToPath } from "node:url";
import express, { type Express } from "express";
import { createReceiver, memoryStore } from "hookgate";
import {
  type Backfill,
  type BackfillSource,
  backfill,
  describeBackfill,
  eventsFrom,
  stripeEvents,
} from "hookgate/backfill";
import { stripe } from "hookgate/senders";

const PATH = "/webhooks/stripe";

export const sender = stripe({ secret: process.env.STRIPE_WEBHOOK_SECRET ?? "whsec_for_trying_it_out" });
/** Where several processes receive, a store that all of them share: it keeps the cursor, and who is at it. */
export const receiver = createReceiver(sender, { dedupe: { store: memoryStore() } });
receiver.on("invoice.paid", (event) => {
  console.log("paid", event.id);
});

export const app: Express = express();
app.use(PATH, receiver);

export function missedFrom(source: BackfillSource): Backfill {
  return backfill(receiver, {
    source,
    since: new Date(Date.now() - 86_400_000), // only the first run begins here
    onReport: (report) => console.log(describeBackfill(report)),
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { STRIPE_API_KEY: apiKey } = process.env;
  const payload = { id: "evt_1", type: "invoice.paid", data: { object: {} } };
  const pretended = eventsFrom("pretended", () => [{ id: payload.id, type: payload.type, payload }]);
  if (apiKey === undefined) console.log("Set STRIPE_API_KEY to ask Stripe; without it one event is pretended.");
  const missed = missedFrom(apiKey === undefined ? pretended : stripeEvents({ apiKey, types: ["invoice.paid"] }));
  await missed.run(); // `missed.start({ everySeconds: 300 })` in an application
  await receiver.close();
}
