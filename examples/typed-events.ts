// Zod schemas check an event before its handler runs, and are the handler's types. Any Standard Schema will do.
import express, { type Express } from "express";
import { createReceiver } from "hookgate";
import { standardWebhooks } from "hookgate/senders";
import { z } from "zod";
import { listenWhenRun } from "./listen.js";

const order = z.object({ id: z.string(), total: z.number().nonnegative() });
const events = {
  "order.created": z.object({ type: z.literal("order.created"), data: order }),
  "order.shipped": z.object({ type: z.literal("order.shipped"), data: order.extend({ carrier: z.string() }) }),
};

export const sender = standardWebhooks({
  secret: process.env.WEBHOOK_SECRET ?? `whsec_${Buffer.alloc(24).toString("base64")}`,
});
// An event that does not match is 500, so that it is retried when the schema is corrected; onInvalid changes that.
const receiver = createReceiver(sender, { events });
receiver.on("order.created", (event) => console.log("created:", event.payload.data.total.toFixed(2)));
receiver.on("order.shipped", (event) => console.log("shipped by", event.payload.data.carrier.toUpperCase()));
// receiver.on("order.shiped", …) does not compile.

export const app: Express = express();
app.use("/webhooks/orders", receiver);
listenWhenRun(import.meta.url, app, "/webhooks/orders");
