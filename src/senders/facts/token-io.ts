// Token.io: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.

import type { SenderFacts } from "./sender-facts.js";
import { NOTES } from "./third-party-notes.js";

export const tokenIo: SenderFacts = {
  title: "Token.io",
  credential: "Dashboard → Settings → Member Information: the Ed25519 public key, 32 bytes in base64url.",
  proof: "`token-signature: <base64url, 86 chars>`: Ed25519 over the body.",
  exampleType: "PAYMENT_STATUS_CHANGED",
  retries: "After about 10, 30, 70 and 150 minutes, and so on, for up to 72 hours.",
  notes: [
    "`token-event`, the type, is a header, and the signature does not cover it: look at the payload as well.",
    "There is no id of the event, so nothing is deduped.",
  ],
  oracle: { kind: "documentation", source: "https://docs.token.io/products/tpp/integration-considerations/webhooks" },
  sources: [
    "https://docs.token.io/products/tpp/integration-considerations/webhooks",
    `${NOTES}: tokenio`,
    "docs.token.io, webhooks",
  ],
  unconfirmed: ["the time limit"],
};
