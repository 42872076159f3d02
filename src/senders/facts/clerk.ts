// Clerk: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.

import type { SenderFacts } from "./sender-facts.js";
import { followerFacts, SVIX_SCHEDULE, WHSEC_TEXT } from "./standard-webhooks-follower.js";

export const clerk: SenderFacts = followerFacts(
  {
    title: "Clerk",
    credential: `Dashboard → Webhooks → the endpoint → Signing Secret: ${WHSEC_TEXT}`,
    exampleType: "user.created",
    retries: SVIX_SCHEDULE,
    oracle: { kind: "library", source: "@clerk/backend" },
    sources: ["@clerk/backend 3.25.0, dist/webhooks.mjs"],
    unconfirmed: [
      "the schedule and 15 s time limit, which are Svix's",
      "that `timestamp` of the body is in milliseconds",
    ],
  },
  "svix",
);
