// A secret is being changed: both count until the sender has switched, and the trace says which one matched.
import express, { type Express } from "express";
import { createReceiver } from "hookgate";
import { stripe } from "hookgate/senders";
import { listenWhenRun } from "./listen.js";

export const sender = stripe({
  secret: [
    process.env.STRIPE_WEBHOOK_SECRET ?? "whsec_the_new_one_for_trying_it_out",
    process.env.STRIPE_WEBHOOK_SECRET_OLD ?? "whsec_the_old_one_for_trying_it_out",
  ],
});
const receiver = createReceiver(sender, {
  onOutcome({ name, trace }) {
    // "hmac, key 0" is the new secret. Once "key 1" is seen no more, the old one can go.
    console.log(name, trace.find((line) => line.check === "authenticate")?.hint);
  },
}).on("*", (event) => console.log(event.type));

export const app: Express = express();
app.use("/webhooks/stripe", receiver);
listenWhenRun(import.meta.url, app, "/webhooks/stripe");
