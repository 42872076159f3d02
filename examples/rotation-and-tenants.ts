// A secret per tenant, named by the route, and two of them while one tenant rotates.
import express, { type Express } from "express";
import { createReceiver } from "hookgate";
import { stripe } from "hookgate/senders";
import { listenWhenRun } from "./listen.js";

const secrets = new Map<string, string[]>([
  ["acme", ["whsec_of_acme_for_trying_it_out"]],
  ["globex", ["whsec_new_of_globex_for_trying", "whsec_old_of_globex_for_trying"]],
]);

export const sender = stripe({
  secret({ params }) {
    const tenant = params.tenant ?? "";
    const secret = secrets.get(tenant);
    return secret === undefined ? null : { secret, tenant };
  },
});
const receiver = createReceiver(sender).on("*", (event) => console.log(event.tenant, event.type));

export const app: Express = express();
app.use("/webhooks/stripe/:tenant", receiver);
listenWhenRun(import.meta.url, app, "/webhooks/stripe/acme");
