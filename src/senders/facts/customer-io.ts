// Customer.io: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const customerIo: SenderFacts = {
  title: "Customer.io",
  credential: "Data & Integrations → Integrations → Reporting Webhooks → Signing key. Used as text.",
  proof:
    "`X-CIO-Signature: <lower-case hex, 64 chars>`: HMAC-SHA256 over `v0:<X-CIO-Timestamp>:<body>`; the time is in Unix seconds.",
  exampleType: "email.delivered",
  retries: "With growing pauses for seven days; events that follow wait.",
  oracle: { kind: "documentation", source: "https://docs.customer.io/integrations/api/webhooks/" },
  sources: [
    "https://docs.customer.io/integrations/api/webhooks/",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: customerio",
  ],
  unconfirmed: ["whether a retry is signed with a new time"],
};
