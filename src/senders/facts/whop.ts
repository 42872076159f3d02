// Whop: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";
import { followerFacts } from "./standard-webhooks-follower.js";

export const whop: SenderFacts = followerFacts({
  title: "Whop",
  credential:
    "Dashboard → Developer → Webhooks → the webhook's secret. `ws_…` is used as text, whole; `whsec_…` is decoded from base64 behind its prefix.",
  exampleType: "payment.succeeded",
  retries: "After a failure; for how long is not published.",
  notes: ["The four headers `webhook-*` and Content-Type are the same for every `api_version`; the body is not."],
  oracle: { kind: "library", source: "@whop/sdk" },
  sources: ["https://docs.whop.com/developer/guides/webhooks"],
  unconfirmed: ["that a secret without `whsec_` is used as text", "retries", "15 s time limit"],
});
