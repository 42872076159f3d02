// Intercom: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const intercom: SenderFacts = {
  title: "Intercom",
  credential: "Developer Hub → your app → Basic Information → Client secret. Used as text.",
  proof: "`X-Hub-Signature: sha1=<lower-case hex, 40 chars>`: HMAC-SHA1 over the body.",
  exampleType: "conversation.user.created",
  retries:
    "Once, after a minute. More than a thousand errors in a row within 15 minutes pause a topic for 15 minutes; errors for seven days suspend a private app's webhooks.",
  notes: [
    "A `ping` has no id, and is not deduped.",
    "A 410 would end the subscription; a HEAD comes when the URL is saved.",
  ],
  oracle: { kind: "documentation", source: "https://developers.intercom.com/docs/webhooks" },
  sources: [
    "https://developers.intercom.com/docs/webhooks",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: intercom",
    "developers.intercom.com/docs/webhooks/webhook-notifications: when webhooks are paused and suspended",
  ],
  unconfirmed: [
    "one retry after a minute",
    "5 s time limit",
    "that 410 unsubscribes",
    "that `id` stays the same over retries",
  ],
};
