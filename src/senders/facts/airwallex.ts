// Airwallex: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.

import type { SenderFacts } from "./sender-facts.js";
import { NOTES } from "./third-party-notes.js";

export const airwallex: SenderFacts = {
  title: "Airwallex",
  credential: "Web app → Settings → Developer → Webhooks → the URL's own secret. Used as text.",
  proof:
    "`x-signature: <lower-case hex, 64 chars>`: HMAC-SHA256 over `<x-timestamp><body>`; `x-timestamp` is in milliseconds.",
  exampleType: "payment_intent.succeeded",
  retries: "Over about three days after anything but 2xx, with the same `id`.",
  notes: ["The type is in `name`, not in `type`."],
  oracle: {
    kind: "documentation",
    source: "https://www.airwallex.com/docs/developer-tools/webhooks/listen-for-webhook-events",
  },
  sources: [
    "https://www.airwallex.com/docs/developer-tools/webhooks/listen-for-webhook-events",
    `${NOTES}: airwallex`,
    "airwallex.com/docs, payload examples",
  ],
  unconfirmed: ["the time limit", "how old `x-timestamp` may be: the vendor names no window"],
};
