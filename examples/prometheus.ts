// Counters for Prometheus without OpenTelemetry, served at /metrics.
import express, { type Express } from "express";
import { createReceiver } from "hookgate";
import { standardWebhooks } from "hookgate/senders";
import { Counter, Histogram, Registry } from "prom-client";
import { listenWhenRun } from "./listen.js";

const register = new Registry();
const deliveries = new Counter({
  name: "webhook_deliveries_total",
  help: "Deliveries answered",
  labelNames: ["receiver", "outcome"],
  registers: [register],
});
const duration = new Histogram({
  name: "webhook_delivery_seconds",
  help: "From arrival to answer",
  labelNames: ["receiver", "outcome"],
  buckets: [0.005, 0.01, 0.05, 0.1, 0.5, 1, 2.5, 5, 10],
  registers: [register],
});

export const sender = standardWebhooks({
  secret: process.env.WEBHOOK_SECRET ?? `whsec_${Buffer.alloc(24).toString("base64")}`,
});
const receiver = createReceiver(sender, {
  onOutcome({ sender: from, name, durationMs, isLate, via }) {
    if (isLate || via !== "delivery") return; // counted before
    deliveries.inc({ receiver: from, outcome: name });
    if (durationMs !== undefined) duration.observe({ receiver: from, outcome: name }, durationMs / 1000);
  },
}).on("*", (event) => console.log(event.type));

export const app: Express = express();
app.use("/webhooks", receiver);
app.get("/metrics", async (_req, res) => {
  res.type(register.contentType).send(await register.metrics());
});
listenWhenRun(import.meta.url, app, "/webhooks");
