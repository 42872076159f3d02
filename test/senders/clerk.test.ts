// Checks the sender Clerk.
import { verifyWebhook } from "@clerk/backend/webhooks";
import { clerk } from "hookgate/senders";
import { libraryOracle, NOTE } from "../support/senders/library-oracle.js";

const whsec = `whsec_${Buffer.alloc(32, 3).toString("base64")}`;

libraryOracle("@clerk/backend", {
  sender: clerk({ secret: whsec }),
  type: "user.created",
  payload: { type: "user.created", object: "event", data: { id: "user_1", note: NOTE } },
  accepts: ({ url, headers, body }) =>
    verifyWebhook(new Request(url, { method: "POST", headers: { ...headers }, body }), { signingSecret: whsec }),
});
