// Checks the sender Anthropic.

import { anthropic } from "hookgate/senders";
import { Webhook } from "standardwebhooks";
import { libraryOracle, NOTE } from "../support/senders/library-oracle.js";

const whsec = `whsec_${Buffer.alloc(32, 3).toString("base64")}`;

libraryOracle("standardwebhooks", {
  sender: anthropic({ secret: whsec }),
  type: "a.b",
  payload: { type: "a.b", note: NOTE },
  accepts: ({ headers, body }) => new Webhook(whsec).verify(body, { ...headers }),
});
