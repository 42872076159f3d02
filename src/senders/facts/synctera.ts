// Synctera: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.

import type { SenderFacts } from "./sender-facts.js";
import { NOTES } from "./third-party-notes.js";

export const synctera: SenderFacts = {
  title: "Synctera",
  credential: "The secret that `POST /v0/webhook_secrets` answers (not the API key). Used as text.",
  proof:
    "`Synctera-Signature: <hex>[.<hex>]`, two while the secret is rolled: HMAC-SHA256 over `<Request-Timestamp>.<body>`; the time is in seconds.",
  exampleType: "ACCOUNT.UPDATED",
  retries: "With growing intervals for about 55 hours.",
  oracle: { kind: "documentation", source: "https://docs.synctera.com/docs/webhooks-guide" },
  sources: ["https://docs.synctera.com/docs/webhooks-guide", `${NOTES}: synctera`],
  unconfirmed: ["that `id` of the body names the event and stays the same over attempts"],
};
