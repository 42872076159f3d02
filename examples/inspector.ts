// A page that shows what is delivered and why something was refused: open the URL that is printed, which has a token in it.
import express, { type Express } from "express";
import { createReceiver } from "hookgate";
import { inspector } from "hookgate/inspector";
import { stripe } from "hookgate/senders";
import { listenWhenRun } from "./listen.js";

export const sender = stripe({ secret: process.env.STRIPE_WEBHOOK_SECRET ?? "whsec_for_trying_it_out" });
const receiver = createReceiver(sender);

receiver.on("invoice.paid", (event) => {
  console.log("paid:", event.payload.data.object);
});

export const app: Express = express();
app.use("/webhooks/stripe", receiver);
// Whoever has the token gets in, from this machine. For operations, say who may:
//   inspector([receiver], { hosts: ["ops.example.com"], authorize: (req) => isOperator(req) })
const url = `http://127.0.0.1:${process.env.PORT ?? 3000}/hookgate`;
if (process.env.NODE_ENV !== "production") app.use("/hookgate", inspector([receiver], { url }));
listenWhenRun(import.meta.url, app, "/hookgate");
