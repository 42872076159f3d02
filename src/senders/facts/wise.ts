// Wise: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.

import type { SenderFacts } from "./sender-facts.js";

export const wise: SenderFacts = {
  title: "Wise",
  credential: "Wise's public key, which its documentation shows: one for production, one for the sandbox.",
  proof: "`X-Signature-SHA256: <base64>`: RSA (PKCS #1 v1.5) with SHA-256 over the body.",
  exampleType: "transfers#state-change",
  retries: "At most 25 attempts within two weeks, with growing intervals.",
  notes: ["`X-Delivery-Id` is not signed.", "A test has the header `X-Test-Notification: true`."],
  oracle: {
    kind: "vector",
    source: "github.com/transferwise/digital-signatures-examples verify-webhook-signature/verify-signature.js",
  },
  sources: [
    "https://docs.wise.com/features/webhooks-notifications/event-handling",
    "github.com/transferwise/digital-signatures-examples, verify-webhook-signature",
  ],
  unconfirmed: ["whether `X-Delivery-Id` stays the same over retries"],
};
