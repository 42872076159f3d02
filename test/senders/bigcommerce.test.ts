// Checks the sender BigCommerce.

import { createHmac } from "node:crypto";
import { bigcommerce } from "hookgate/senders";
import { Webhook } from "standardwebhooks";
import { documentationOracle } from "../support/senders/documentation-oracle.js";
import { libraryOracle, NOTE } from "../support/senders/library-oracle.js";

const secret = "0123456789abcdef0123456789abcdef";
const nowMs = 1_767_323_045_000;
const seconds = String(nowMs / 1000);
const now = () => nowMs;
function base64(text: string, key = secret): string {
  return createHmac("sha256", key).update(text).digest("base64");
}
function ofRawSecret(sender: unknown) {
  return {
    kind: "whose key is the secret's text",
    sender,
    options: { now },
    body: { type: "a", scope: "a" },
    headers: (body: string) => ({
      "webhook-id": "w1",
      "webhook-timestamp": seconds,
      "webhook-signature": `v1,${base64(`w1.${seconds}.${body}`, "ws_secret_of_some_length")}`,
    }),
    seen: { type: "a", id: "w1" },
  };
}

documentationOracle(
  "https://developer.bigcommerce.com/docs/integrations/webhooks",
  ofRawSecret(bigcommerce({ secret: "ws_secret_of_some_length" })),
);

libraryOracle("standardwebhooks", {
  sender: bigcommerce({ secret }),
  type: "a.b",
  payload: { scope: "a.b", note: NOTE },
  accepts: ({ headers, body }) => new Webhook(secret, { format: "raw" }).verify(body, { ...headers }),
});
