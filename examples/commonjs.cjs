// From CommonJS, as most Express apps are.
const express = require("express");
const { createReceiver } = require("hookgate");
const { stripe } = require("hookgate/senders");

const receiver = createReceiver(stripe({ secret: process.env.STRIPE_WEBHOOK_SECRET ?? "whsec_for_trying_it_out" }));
receiver.on("invoice.paid", (event) => console.log("paid:", event.id));

const app = express();
app.use("/webhooks/stripe", receiver);
module.exports = { app };

if (require.main === module) app.listen(3000, () => console.log("listening on http://127.0.0.1:3000/webhooks/stripe"));
