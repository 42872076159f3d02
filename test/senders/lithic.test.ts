// Checks the sender Lithic.

import { lithic } from "hookgate/senders";
import Lithic from "lithic";
import { libraryOracle, NOTE } from "../support/senders/library-oracle.js";

const whsec = `whsec_${Buffer.alloc(32, 3).toString("base64")}`;

libraryOracle("lithic", {
  sender: lithic({ secret: whsec }),
  type: "card.created",
  payload: { event_type: "card.created", note: NOTE },
  accepts: ({ headers, body }) => new Lithic({ apiKey: "test" }).webhooks.unwrap(body, { ...headers }, whsec),
});
