// Lithic: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.

import type { SenderFacts } from "./sender-facts.js";
import { followerFacts, SVIX_SCHEDULE, WHSEC_TEXT } from "./standard-webhooks-follower.js";

export const lithic: SenderFacts = followerFacts({
  title: "Lithic",
  credential: `\`GET /v1/event_subscriptions/{token}/secret\`, or the dashboard: ${WHSEC_TEXT}`,
  exampleType: "card_transaction.updated",
  retries: SVIX_SCHEDULE,
  oracle: { kind: "library", source: "lithic" },
  sources: ["hookdeck/webhook-skills, providers.yaml @00ad8d05: lithic"],
  unconfirmed: ["that every body has `event_type`: one without it is a `message`", "the schedule and 15 s time limit"],
});
