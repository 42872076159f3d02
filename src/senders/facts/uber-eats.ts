// Uber Eats: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const uberEats: SenderFacts = {
  title: "Uber Eats",
  credential:
    "Developer Dashboard → your app → Client secret; of Uber Direct the webhook's own signing key. Used as text.",
  proof: "`X-Uber-Signature: <lower-case hex, 64 chars>`: HMAC-SHA256 over the body.",
  exampleType: "orders.notification",
  retries: "After 500, 502, 503, 504 or no answer: 10, 30, 60, 120 seconds and longer, about seven attempts.",
  oracle: { kind: "documentation", source: "https://developer.uber.com/docs/eats/guides/webhooks" },
  sources: [
    "https://developer.uber.com/docs/eats/guides/webhooks",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: uber",
  ],
  unconfirmed: ["that `event_id` stays the same over retries", "time limit"],
};
