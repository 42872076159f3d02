// On Hono, or any server that speaks the Fetch API.
import { Hono } from "hono";
import { createReceiver } from "hookgate";
import { standardWebhooks } from "hookgate/senders";

export const sender = standardWebhooks({
  secret: process.env.WEBHOOK_SECRET ?? `whsec_${Buffer.alloc(24).toString("base64")}`,
});
const receiver = createReceiver(sender).on("*", (event) => console.log(event.type));

export const app: Hono = new Hono();
app.all("/webhooks", (context) => receiver.fetch(context.req.raw));
// To listen on Node: import { serve } from "@hono/node-server"; serve(app);
