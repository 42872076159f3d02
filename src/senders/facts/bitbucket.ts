// Bitbucket Cloud: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const bitbucket: SenderFacts = {
  title: "Bitbucket",
  credential: "Repository settings → Webhooks → the webhook → Secret. Used as text. Without one, nothing is signed.",
  proof: "`X-Hub-Signature: sha256=<lower-case hex, 64 chars>`: HMAC-SHA256 over the body.",
  exampleType: "repo:push",
  events: "type `X-Event-Key`; id of that and `X-Request-UUID`, of Data Center `X-Request-Id`; none of it signed.",
  retries: "Up to two more attempts after a 5xx or a time-out.",
  notes: [
    "`X-Event-Key` and `X-Request-UUID` are headers, and the signature covers neither.",
    "Bitbucket Cloud sends no payload beyond 256 KB.",
  ],
  oracle: { kind: "vector", source: "https://support.atlassian.com/bitbucket-cloud/docs/manage-webhooks/" },
  sources: [
    "confluence.atlassian.com, event payload of Bitbucket Data Center: `X-Request-Id`",
    "confluence.atlassian.com/bbkb/troubleshoot-webhooks: 256 KB",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: bitbucket",
    "https://ip-ranges.atlassian.com/",
  ],
  unconfirmed: ["10 s time limit", "two more attempts", "whether `X-Request-UUID` stays the same over attempts"],
};
