// Dodo Payments: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.

import type { SenderFacts } from "./sender-facts.js";
import { followerFacts, WHSEC_TEXT } from "./standard-webhooks-follower.js";

export const dodo: SenderFacts = followerFacts({
  title: "Dodo Payments",
  credential: `Dashboard → Developer → Webhooks → the endpoint's secret: ${WHSEC_TEXT}`,
  exampleType: "payment.succeeded",
  retries: "Up to 8 attempts, the last ones ten hours apart.",
  oracle: { kind: "library", source: "dodopayments" },
  sources: ["hookdeck/webhook-skills, providers.yaml @00ad8d05: dodo"],
  unconfirmed: ["8 attempts", "15 s time limit"],
});
