// A sender of your own: its signature, its fields and its time limit are data.
import express, { type Express } from "express";
import { createReceiver, defineSender, header, json } from "hookgate";
import { hmac } from "hookgate/auth";
import { listenWhenRun } from "./listen.js";

export const acme = defineSender<{ "parcel.delivered": { parcel: string } }>({
  name: "acme",
  auth: hmac({
    secret: process.env.ACME_SECRET ?? "a secret for trying it out",
    signed: "{timestamp}.{body}",
    timestamp: header("x-acme-time", "unix-seconds"),
    signature: { header: "x-acme-signature", prefix: "sha256=", encoding: "hex" },
  }),
  event: { id: json("id"), type: json("event") },
  reply: { timeLimitSeconds: 5, retryHorizonSeconds: 86_400 },
});

const receiver = createReceiver(acme).on("parcel.delivered", (event) => console.log(event.payload.parcel));

export const app: Express = express();
app.use("/webhooks/acme", receiver);
listenWhenRun(import.meta.url, app, "/webhooks/acme");
