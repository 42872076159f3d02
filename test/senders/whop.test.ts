// Checks the sender Whop.

import { createHmac } from "node:crypto";
import Whop from "@whop/sdk";
import { whop } from "hookgate/senders";
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
  "https://docs.whop.com/developer/guides/webhooks",
  ofRawSecret(whop({ secret: "ws_secret_of_some_length" })),
);

libraryOracle("@whop/sdk", {
  sender: whop({ secret }),
  type: "payment.succeeded",
  payload: { type: "payment.succeeded", data: { note: NOTE } },
  // The library takes the secret in base64, as Whop's documentation has it.
  accepts: ({ headers, body }) =>
    new Whop({ apiKey: "test", webhookKey: btoa(secret) }).webhooks.unwrap(body, { headers: { ...headers } }),
});
