// Checks the sender Svix.

import { svix } from "hookgate/senders";
import { Webhook as SvixWebhook } from "svix";
import { signerOracle } from "../support/senders/signer-oracle.js";
import { vectorOracle } from "../support/senders/vector-oracle.js";

const whsec = `whsec_${Buffer.alloc(24, 7).toString("base64")}`;

vectorOracle("svix", ({ secretOrKey: key }) => svix({ secret: key }));

signerOracle("svix", svix({ secret: whsec }), (body) => {
  const time = new Date();
  return {
    "svix-id": "msg_1",
    "svix-timestamp": String(Math.floor(time.getTime() / 1000)),
    "svix-signature": new SvixWebhook(whsec).sign("msg_1", time, body),
  };
});
