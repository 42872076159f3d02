// Pipedrive: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const pipedrive: SenderFacts = {
  title: "Pipedrive",
  credential: "`http_auth_user` and `http_auth_password` that you gave when you created the webhook.",
  proof: "`Authorization: Basic <base64 of user:password>`. Nothing is signed.",
  exampleType: "create.deal",
  events: "type of `meta.action` and `meta.entity`, id `meta.id`; of version 1 `event` and no id.",
  retries:
    "After 3, 30 and 150 seconds. Ten failed first attempts pause it for half an hour, three days without success delete it.",
  notes: ["Basic credentials bind nothing of what was sent."],
  oracle: { kind: "documentation", source: "https://pipedrive.readme.io/docs/guide-for-webhooks-v2" },
  sources: [
    "https://pipedrive.readme.io/docs/guide-for-webhooks-v2",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: pipedrive",
  ],
  unconfirmed: ["time limit", "that `meta.id` of version 2 stays the same over retries"],
};
