// One receiver for many tenants: the route names the tenant, whose secret is looked up for each delivery.
import express, { type Express } from "express";
import { createReceiver } from "hookgate";
import { stripe } from "hookgate/senders";
import { listenWhenRun } from "./listen.js";

/** In production a table. A look-up that throws is 503, so the sender retries. */
const secrets = new Map<string, string[]>([
  ["acme", ["whsec_of_acme_for_trying_it_out"]],
  ["globex", ["whsec_new_of_globex_for_trying", "whsec_old_of_globex_for_trying"]],
]);

export const sender = stripe({
  secret({ params }) {
    const tenant = params.tenant ?? "";
    const secret = secrets.get(tenant);
    return secret === undefined ? null : { secret, tenant }; // null: no such tenant, which is 401
  },
});
// The tenant is part of every dedupe key, so one tenant cannot use up another's event id.
const receiver = createReceiver(sender).on("*", (event) => console.log(event.tenant, event.type));

export const app: Express = express();
app.use("/webhooks/stripe/:tenant", receiver);
listenWhenRun(import.meta.url, app, "/webhooks/stripe/acme");
