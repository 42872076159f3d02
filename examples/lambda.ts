// On AWS Lambda, behind a function URL or API Gateway: export `handler`, and name it in the function's settings.
import { createReceiver, type DedupeStore, memoryStore } from "hookgate";
import { lambdaHandler } from "hookgate/lambda";
import { stripe } from "hookgate/senders";

// Instances share no memory: in production a store that they have in common, from hookgate/stores/redis or …/postgres.
const store: DedupeStore = memoryStore();

export const sender = stripe({ secret: process.env.STRIPE_WEBHOOK_SECRET ?? "whsec_only_for_trying_it_out" });
const receiver = createReceiver(sender, { dedupe: { store } });

receiver.on("invoice.paid", async (event) => {
  console.log("paid", event.id);
});

export const handler: ReturnType<typeof lambdaHandler> = lambdaHandler(receiver);
