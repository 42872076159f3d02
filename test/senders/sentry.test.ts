// Checks the sender Sentry.

import { createHmac } from "node:crypto";
import { sentry } from "hookgate/senders";
import { documentationOracle } from "../support/senders/documentation-oracle.js";
import { libraryOracle, NOTE } from "../support/senders/library-oracle.js";
import { isAcceptedByTern } from "../support/senders/tern.js";

const secret = "0123456789abcdef0123456789abcdef";
function hex(text: string, key = secret, algorithm = "sha256"): string {
  return createHmac(algorithm, key).update(text).digest("hex");
}

documentationOracle("https://docs.sentry.io/integrations/integration-platform/webhooks/", {
  sender: sentry({ secret }),
  body: { action: "created", data: {} },
  headers: (body) => ({ "sentry-hook-signature": hex(body), "sentry-hook-resource": "issue", "request-id": "r1" }),
  seen: { type: "issue.created", id: "r1" },
});

libraryOracle("@hookflo/tern", {
  sender: sentry({ secret }),
  type: "issue.created",
  payload: { action: "created", data: { note: NOTE } },
  headers: { "sentry-hook-resource": "issue" },
  accepts: isAcceptedByTern("sentry", secret),
});
