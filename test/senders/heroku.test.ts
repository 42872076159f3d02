// Checks the sender Heroku.

import { createHmac } from "node:crypto";
import { heroku } from "hookgate/senders";
import { documentationOracle } from "../support/senders/documentation-oracle.js";

const secret = "0123456789abcdef0123456789abcdef";
function base64(text: string, key = secret): string {
  return createHmac("sha256", key).update(text).digest("base64");
}

documentationOracle("https://devcenter.heroku.com/articles/app-webhooks", {
  sender: heroku({ secret }),
  body: { action: "update", resource: "build", webhook_metadata: { event: { id: "e1", include: "api:build" } } },
  headers: (body) => ({ "heroku-webhook-hmac-sha256": base64(body) }),
  seen: { type: "build.update", id: "e1" },
});
