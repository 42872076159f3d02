// ShipBob: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.

import type { SenderFacts } from "./sender-facts.js";
import { followerFacts, WHSEC_TEXT } from "./standard-webhooks-follower.js";

export const shipbob: SenderFacts = followerFacts({
  title: "ShipBob",
  credential: `shown when the subscription is made: ${WHSEC_TEXT}`,
  exampleType: "order.shipped",
  retries: "At once, then after 5 s, 5 min, 30 min, 2 h, 5 h, 10 h and 10 h; disabled after five days of failures.",
  notes: [
    "The topic is a header and not signed: anyone who saw a delivery could not change its id, time or body, but its topic. A schema per topic catches most of that.",
    "Subscriptions made by the API of versions 1.0 and 2.0 name the topic in `shipbob-topic`, which is not read.",
  ],
  oracle: { kind: "library", source: "standardwebhooks" },
  sources: [
    "https://developer.shipbob.com/webhooks",
    "https://asyncapi.apis.io/asyncapis/shipbob/shipbob-webhooks-asyncapi/",
  ],
  unconfirmed: ["`last_update_at` of the body"],
});
