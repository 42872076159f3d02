// Paymob: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const paymob: SenderFacts = {
  title: "Paymob",
  credential: "Dashboard → Settings → Account Info → HMAC. Used as text.",
  proof:
    "query parameter `hmac=<lower-case hex, 128 chars>`: HMAC-SHA512 over the values of twenty members of `obj`, one after the other, from `amount_cents` to `success`.",
  exampleType: "TRANSACTION",
  notes: [
    "Only those twenty members are signed: not `type`, nor anything else in `obj`.",
    "The values stand one after the other without a separator, so where one ends is not signed.",
    "There is no dedupe: a transaction comes again under the same `obj.id` when its state changes. Compare `pending`, `success`, `is_refunded` and `is_voided`.",
    "The response callback (a browser's GET) and the callbacks of card tokens and deliveries are signed otherwise, and not read.",
  ],
  sources: [
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: paymob",
    "developers.paymob.com, HMAC of transaction callbacks",
  ],
  unconfirmed: ["how a member that is null is signed: as nothing", "the time limit and the retries"],
};
