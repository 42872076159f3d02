// Wix: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const wix: SenderFacts = {
  title: "Wix",
  credential: "App dashboard → Webhooks → Get Public Key: RSA, PEM, one for each app.",
  proof: "The body is a JWT, RS256, with `exp`.",
  exampleType: "wix.ecom.v1.order_created",
  events: "type `data.eventType`, id `data.data.id`; both are read from JSON texts inside of the token.",
  retries:
    "Twelve times over 47 hours: after 1 and 10 minutes, 1 hour, three times 2, three times 4, twice 8, and 12 hours.",
  notes: [
    "It waits 1.25 seconds: a handler that takes longer needs an inbox.",
    "The payload is what the token says, with `data` and `data.data` parsed: `{ data: { eventType, instanceId, data: { … } } }`.",
  ],
  oracle: { kind: "library", source: "@wix/sdk" },
  sources: [
    "https://dev.wix.com/docs/build-apps/develop-your-app/access/authentication/verify-requests-received-from-wix",
    "https://dev.wix.com/docs/rest/articles/getting-started/webhook-resend-policy (1.25 s, retries)",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: wix",
    "dev.wix.com, webhook resend policy: 1,250 ms, and the schedule",
  ],
  unconfirmed: [
    "the Content-Type",
    "that `data.data.id` names the event",
    "whether a retry is signed anew, with a new `exp`",
  ],
};
