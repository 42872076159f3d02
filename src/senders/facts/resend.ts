// Resend: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.

import type { SenderFacts } from "./sender-facts.js";
import { followerFacts, SVIX_SCHEDULE, WHSEC_TEXT } from "./standard-webhooks-follower.js";

export const resend: SenderFacts = followerFacts(
  {
    title: "Resend",
    credential: `Dashboard → Webhooks → the webhook → Signing Secret: ${WHSEC_TEXT}`,
    exampleType: "email.sent",
    retries: SVIX_SCHEDULE,
    oracle: { kind: "library", source: "resend" },
    sources: [
      "resend 6.38.0 (its library leaves the header names to the caller)",
      "https://resend.com/docs/webhooks/retries-and-replays",
    ],
    unconfirmed: ["15 s time limit"],
  },
  "either",
);
