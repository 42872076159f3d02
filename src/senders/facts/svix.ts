// Svix: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.

import type { SenderFacts } from "./sender-facts.js";
import { SIGNED } from "./standard-webhooks-follower.js";

export const svix: SenderFacts = {
  title: "Svix",
  credential: "the endpoint's signing secret, `whsec_…`, in the consumer portal; `whpk_…` as `publicKey`.",
  proof: `headers \`svix-id\`, \`svix-timestamp\` (unix seconds), \`svix-signature\`, or \`webhook-*\`: ${SIGNED}`,
  exampleType: "invoice.paid",
  events:
    "id `svix-id`, or `webhook-id`, of the headers, the same over retries; type `type` of the body, `message` where it has none; time `timestamp` of the body.",
  retries:
    "At once, then after 5 s, 5 min, 30 min, 2 h, 5 h, 10 h and 10 h ([schedule](https://docs.svix.com/retries)); by hand also later. An endpoint whose attempts all fail for five days is disabled.",
  notes: [
    "Svix delivers for many others. Headers of both sets in one delivery are refused, for they could contradict each other.",
  ],
  oracle: { kind: "library", source: "svix" },
  sources: [
    "github.com/svix/svix-webhooks@4fc0cfb8b4, javascript/src/webhook.ts, server/svix-server/src/worker.rs",
    "docs.svix.com",
    "resend.com/docs/webhooks/retries-and-replays, of a sender that delivers through Svix: the schedule",
  ],
  unconfirmed: ["15 s time limit", "addresses at docs.svix.com/receiving/source-ips"],
};
