// One sender on Express.
import express, { type Express } from "express";
import { createReceiver } from "hookgate";
import { stripe } from "hookgate/senders";
import { listenWhenRun } from "./listen.js";

export const sender = stripe({ secret: process.env.STRIPE_WEBHOOK_SECRET ?? "whsec_for_trying_it_out" });
const receiver = createReceiver(sender);

receiver.on("invoice.paid", (event) => {
  console.log("paid:", event.payload.data.object);
});

export const app: Express = express();
app.use("/webhooks/stripe", receiver);
listenWhenRun(import.meta.url, app, "/webhooks/stripe");
