// Several senders on one app, each on its path and with its own receiver.
import express, { type Express } from "express";
import { createReceiver } from "hookgate";
import { github, slack } from "hookgate/senders";
import { listenWhenRun } from "./listen.js";

export const senders = {
  github: github({ secret: process.env.GITHUB_WEBHOOK_SECRET ?? "a secret for trying it out" }),
  slack: slack({ secret: process.env.SLACK_SIGNING_SECRET ?? "another secret for trying it out" }),
};

const code = createReceiver(senders.github).on(["push", "pull_request.*"], (event) => console.log(event.type));
const chat = createReceiver(senders.slack).on("app_mention", () => console.log("somebody called"));

export const app: Express = express();
app.use("/webhooks/github", code);
app.use("/webhooks/slack", chat);
app.use(express.json()); // after the receivers: they read their bodies themselves
listenWhenRun(import.meta.url, app, "/webhooks/github and /webhooks/slack");
