// Checks the sender Linear.

import { createHmac } from "node:crypto";
import { LinearWebhookClient } from "@linear/sdk/webhooks";
import { linear } from "hookgate/senders";
import { documentationOracle } from "../support/senders/documentation-oracle.js";
import { libraryOracle, NOTE } from "../support/senders/library-oracle.js";
import { header } from "../support/senders/signed.js";

const secret = "0123456789abcdef0123456789abcdef";
const nowMs = 1_767_323_045_000;
const now = () => nowMs;
function hex(text: string, key = secret, algorithm = "sha256"): string {
  return createHmac(algorithm, key).update(text).digest("hex");
}

libraryOracle("@linear/sdk", {
  sender: linear({ secret }),
  type: "Issue.create",
  payload: { type: "Issue", action: "create", createdAt: "2026-01-02T03:04:05.678Z", data: { note: NOTE } },
  accepts: (signed) =>
    new LinearWebhookClient(secret).verify(Buffer.from(signed.body), header(signed, "linear-signature")),
});

documentationOracle("https://linear.app/developers/webhooks", {
  sender: linear({ secret }),
  options: { now },
  body: { action: "create", type: "Issue", webhookTimestamp: nowMs + 59_000 },
  headers: (body) => ({ "linear-delivery": "d1", "linear-signature": hex(body) }),
  seen: { type: "Issue.create", id: "d1" },
});
