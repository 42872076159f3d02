// Sentry: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const sentry: SenderFacts = {
  title: "Sentry",
  credential: "Settings → Developer Settings → the integration → Client Secret. Used as text.",
  proof: "`Sentry-Hook-Signature: <hex>`, HMAC-SHA256 over the body.",
  exampleType: "issue.created",
  retries:
    "Those of published apps after a time-out or a 5xx, each time with another `Request-ID`; those of internal integrations not at all.",
  notes: [
    "`Sentry-Hook-Resource`, `Sentry-Hook-Timestamp` and `Request-ID` are headers, and the signature covers none of them: a body could be sent again under another resource. A schema per type catches most of that.",
    'A retry has another id, so it is handled again; `dedupe: { replay: "suppress" }` refuses equal bodies.',
    "1 s is short: acknowledge first and work afterwards. A thousand time-outs within 24 hours end the subscription.",
  ],
  oracle: { kind: "library", source: "@hookflo/tern" },
  sources: [
    "https://docs.sentry.io/integrations/integration-platform/webhooks/",
    "https://sentry.io/changelog/2023-10-3-change-to-integration-platform-webhook-handling",
  ],
  unconfirmed: ["that every body has `action`", "how often and how long published apps' are sent again"],
};
