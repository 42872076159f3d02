// Solidgate: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.

import type { SenderFacts } from "./sender-facts.js";
import { NOTES } from "./third-party-notes.js";

export const solidgate: SenderFacts = {
  title: "Solidgate",
  credential:
    "Hub → Developers: the pair of webhook keys, `wh_pk_…` and `wh_sk_…` (not those of the API). Both are used as text.",
  proof:
    "`signature: <base64 of 128 lower-case hex digits>`: HMAC-SHA512 over `<public key><body><public key>`, of which the hex text is encoded again.",
  exampleType: "card_gate.order.updated",
  retries: "After 15 and 30 min, 1, 2, 4, 8, 16 and 24 h.",
  notes: ["`solidgate-event-id` and `solidgate-event-type` are headers, and the signature covers neither."],
  oracle: { kind: "library", source: "@solidgate/node-sdk" },
  sources: [`${NOTES}: solidgate`, "docs.solidgate.com/payments/integrate/webhooks"],
  unconfirmed: ["whether `solidgate-event-id` stays the same over attempts"],
};
