// A route of your own behind the checks: 2xx completes the events, anything else releases them.
import express, { type Express } from "express";
import { createReceiver } from "hookgate";
import { gitlab } from "hookgate/senders";
import { listenWhenRun } from "./listen.js";

export const sender = gitlab({ token: process.env.GITLAB_TOKEN ?? "a token for trying it out" });
const receiver = createReceiver(sender);

export const app: Express = express();
app.post("/webhooks/gitlab", receiver.guard, (req, res) => {
  for (const event of receiver.events(req)) console.log(event.type);
  res.sendStatus(200);
});
listenWhenRun(import.meta.url, app, "/webhooks/gitlab");
