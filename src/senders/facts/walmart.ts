// Walmart Marketplace: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.

import type { SenderFacts } from "./sender-facts.js";
import { NOTES } from "./third-party-notes.js";

export const walmart: SenderFacts = {
  title: "Walmart Marketplace",
  credential: "The secret of the subscription (HMAC). Used as text.",
  proof:
    "`WM_SEC.SIGNATURE: <base64, 44 chars>`: HMAC-SHA256 over four lines: method, path and query, `WM_SEC.TIMESTAMP` (seconds), lower-case hex of the body's SHA-256.",
  exampleType: "PO_CREATED",
  retries: "Up to two more times.",
  notes: [
    "The path and query that arrive must be those that are registered: a proxy that rewrites them breaks the signature.",
    "Subscriptions with Basic or OAuth instead of HMAC need a sender of your own.",
  ],
  oracle: { kind: "documentation", source: "https://developer.walmart.com" },
  sources: [
    "https://developer.walmart.com",
    `${NOTES}: walmart`,
    "developer.walmart.com, security and authenticity; purchase order (PO) created event",
  ],
  unconfirmed: ["`WM_SEC.KEY_ID` is not looked at: give old and new secret while rotating", "how long it retries"],
};
