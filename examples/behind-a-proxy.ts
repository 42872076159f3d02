// Behind a proxy that ends TLS: its addresses are named, so its word on client and protocol counts.
import express, { type Express } from "express";
import { createReceiver } from "hookgate";
import { shopify } from "hookgate/senders";
import { listenWhenRun } from "./listen.js";

export const sender = shopify({ secret: process.env.SHOPIFY_CLIENT_SECRET ?? "a secret for trying it out" });
const receiver = createReceiver(sender, {
  trustedProxies: ["127.0.0.1", "::1", "10.0.0.0/8"],
  allow: ["203.0.113.0/24"],
  requireHttps: true,
});
receiver.on("orders/create", (event) => console.log("order", event.id));

export const app: Express = express();
app.use("/webhooks/shopify", receiver);
listenWhenRun(import.meta.url, app, "/webhooks/shopify");
