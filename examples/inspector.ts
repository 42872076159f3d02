// A page that shows what is delivered and why something was refused: open http://localhost:3000/hookgate.
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
// Nobody from another machine gets in. For operations, add who may:
//   inspector([receiver], { hosts: ["ops.example.com"], authorize: (req) => isOperator(req) })
if (process.env.NODE_ENV !== "production") app.use("/hookgate", inspector([receiver]));
listenWhenRun(import.meta.url, app, "/hookgate");
