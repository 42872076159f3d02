// An ERP that sends with a bearer JWT from known addresses.
import express, { type Express } from "express";
import { createReceiver, defineSender, header, json } from "hookgate";
import { bearerJwt } from "hookgate/auth";
import { z } from "zod";
import { listenWhenRun } from "./listen.js";

export const erp = defineSender({
  name: "erp",
  auth: bearerJwt({
    issuer: "https://id.example.com",
    audience: "webhooks",
    // In production the issuer's key set: jwksUrl: "https://id.example.com/jwks.json"
    secret: process.env.ERP_JWT_SECRET ?? "a shared secret of at least 32 bytes",
  }),
  event: { id: header("x-event-id"), type: json("type") },
});

const receiver = createReceiver(erp, {
  allow: ["10.0.0.0/8", "127.0.0.1"],
  events: { "order.created": z.object({ type: z.literal("order.created"), total: z.number() }) },
});
receiver.on("order.created", (event) => {
  console.log(`an order of ${event.payload.total.toFixed(2)}`);
});

export const app: Express = express();
app.use("/webhooks/erp", receiver);
listenWhenRun(import.meta.url, app, "/webhooks/erp");
