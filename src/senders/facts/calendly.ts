// Calendly: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const calendly: SenderFacts = {
  title: "Calendly",
  credential: "The signing key that you give, or get, when you create the webhook subscription. Used as text.",
  proof: "`Calendly-Webhook-Signature: t=<Unix seconds>,v1=<lower-case hex, 64 chars>`: HMAC-SHA256 over `<t>.<body>`.",
  exampleType: "invitee.created",
  events:
    "type `event` of the body; id of `event`, `created_at` and `payload.uri` together, none where one is missing.",
  retries: "With growing pauses for up to 24 hours.",
  oracle: { kind: "documentation", source: "https://developer.calendly.com/api-docs" },
  sources: [
    "https://developer.calendly.com/api-docs",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: calendly",
    "a Calendly employee's word, as quoted in a public repository: 24 hours, then the subscription is disabled",
  ],
  unconfirmed: ["time limit", "that `created_at` and `payload.uri` stay the same over retries"],
};
