// Liveblocks: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.

import type { SenderFacts } from "./sender-facts.js";
import { followerFacts, SVIX_SCHEDULE, WHSEC_TEXT } from "./standard-webhooks-follower.js";

export const liveblocks: SenderFacts = followerFacts({
  title: "Liveblocks",
  credential: `Dashboard → the project → Webhooks → the endpoint → Signing Secret: ${WHSEC_TEXT}`,
  exampleType: "storageUpdated",
  retries: SVIX_SCHEDULE,
  oracle: { kind: "library", source: "@liveblocks/node" },
  sources: ["hookdeck/webhook-skills, providers.yaml @00ad8d05: liveblocks"],
  unconfirmed: ["the schedule and 15 s time limit"],
});
