// Utila: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.

import type { SenderFacts } from "./sender-facts.js";
import { NOTES } from "./third-party-notes.js";

export const utila: SenderFacts = {
  title: "Utila",
  credential: "Console → Vault Settings → Webhooks → public key (RSA 4096, PEM).",
  proof: "`x-utila-signature: <base64>`: RSA-PSS with SHA-512 over the body.",
  exampleType: "TRANSACTION_STATE_UPDATED",
  retries: "With growing intervals for up to 24 hours.",
  notes: ["Success is exactly 200.", "Events are thin: fetch `resource`."],
  oracle: { kind: "documentation", source: "https://docs.utila.io/reference/webhooks" },
  sources: ["https://docs.utila.io/reference/webhooks", `${NOTES}: utila`],
  unconfirmed: ["the length of the salt: any is accepted", "the time limit"],
};
