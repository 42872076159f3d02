// Checks the sender Replicate.

import { replicate } from "hookgate/senders";
import { validateWebhook } from "replicate";
import { libraryOracle, NOTE } from "../support/senders/library-oracle.js";

const whsec = `whsec_${Buffer.alloc(32, 3).toString("base64")}`;

libraryOracle("replicate", {
  sender: replicate({ secret: whsec }),
  type: "succeeded",
  payload: { id: "p1", status: "succeeded", note: NOTE },
  accepts: ({ headers, body }) => validateWebhook({ headers: { ...headers }, body } as never, whsec),
});
