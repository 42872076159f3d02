// Checks the sender Fireflies.ai.

import { createHmac } from "node:crypto";
import { fireflies } from "hookgate/senders";
import { documentationOracle } from "../support/senders/documentation-oracle.js";

const secret = "0123456789abcdef0123456789abcdef";
function hex(text: string, key = secret, algorithm = "sha256"): string {
  return createHmac(algorithm, key).update(text).digest("hex");
}

documentationOracle("https://docs.fireflies.ai/graphql-api/webhooks-v2", {
  sender: fireflies({ secret }),
  body: { event: "meeting.transcribed", meeting_id: "m1" },
  headers: (body) => ({ "x-hub-signature": `sha256=${hex(body)}` }),
  seen: { type: "meeting.transcribed" },
});
