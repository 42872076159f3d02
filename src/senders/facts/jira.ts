// Jira: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const jira: SenderFacts = {
  title: "Jira",
  credential: "Settings → System → WebHooks → the webhook → Secret. Used as text. Without one, nothing is signed.",
  proof: "`X-Hub-Signature: sha256=<hex>`, HMAC-SHA256 over the body.",
  exampleType: "jira:issue_created",
  retries: "Up to 5 times after 408, 409, 425, 429, 5xx or a time-out.",
  notes: [
    "`X-Atlassian-Webhook-Identifier` and `X-Atlassian-Webhook-Retry` are headers, and the signature covers neither.",
    "Only webhooks that an admin has made, on the WebHooks page or by `/rest/webhooks/1.0/webhook`, are signed. Connect apps sign with a JWT in `Authorization` that binds the URL (`qsh`) and not the body; it is not read here, for Atlassian ends the support of Connect in December 2026.",
    "Atlassian's addresses are at https://ip-ranges.atlassian.com/, as objects and not as a list to load.",
  ],
  oracle: {
    kind: "vector",
    source: 'https://developer.atlassian.com/cloud/jira/platform/webhooks/ "Secure admin webhooks" test values',
  },
  sources: [
    "https://developer.atlassian.com/cloud/jira/platform/webhooks",
    "jira.js, its WebhookHeaders (third party, from a capture)",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: jira",
    "published test values, test/vectors/senders/jira.json",
    "community.developer.atlassian.com, RFC-129: Connect's end of support",
  ],
  unconfirmed: [
    "the longest body: 10 MiB are allowed for",
    "the statuses and 5 retries, assumed to end within a day",
    "the time limit: 15 s is assumed",
  ],
};
