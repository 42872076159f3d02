// LinkedIn: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const linkedin: SenderFacts = {
  title: "LinkedIn",
  credential: "Developer portal → the app → Auth → Client Secret. Used as text.",
  proof: "`X-LI-Signature: <hex>`, HMAC-SHA256 over `hmacsha256=<body>`: the prefix is signed.",
  exampleType: "ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS",
  events:
    "type `type` of the body. Where the body has `notifications`, each of them is one event, with `notificationId` as id; others have none.",
  retries: "Every 5 min for up to 8 hours.",
  notes: [
    "`GET ?challengeCode=…`, every 2 hours, gets `{ challengeCode, challengeResponse }`, the code's HMAC with the secret, hex; of several secrets the first. A code that is no UUID is refused. Three failures in a row block the URL. Mount with `app.use`, so that GET arrives.",
    "Parent and child apps: `applicationId` in the query names the app whose secret is asked for, so give a function as `secret` there.",
  ],
  oracle: {
    kind: "documentation",
    source: "https://learn.microsoft.com/en-us/linkedin/shared/api-guide/webhook-validation",
  },
  sources: [
    "https://learn.microsoft.com/en-us/linkedin/shared/api-guide/webhook-validation",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: linkedin",
  ],
  unconfirmed: ["`notifications` and `notificationId` of the body", "the schedule", "the time limit: 3 s is assumed"],
};
