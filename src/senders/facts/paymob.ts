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
    "**Where one value ends and the next begins is not signed**: the values stand side by side. Values that are not written as Paymob writes them are refused, but anyone who replays a delivery can move digits between `obj.id` and `obj.integration_id`, and between `obj.order.id` and `obj.owner`. Compare `integration_id` and `owner` with yours.",
    "There is no dedupe: a transaction is sent again under the same `obj.id` when its state changes. Compare `pending`, `success`, `is_refunded` and `is_voided`.",
    "The response callback (a browser's GET) and the callbacks of card tokens and deliveries are signed otherwise, and not read.",
  ],
  oracle: {
    kind: "documentation",
    source:
      "https://developers.paymob.com/paymob-docs/developers/webhook-callbacks-and-hmac/hmac/hmac-transaction-callback",
  },
  sources: [
    "https://developers.paymob.com/paymob-docs/developers/webhook-callbacks-and-hmac/hmac/hmac-transaction-callback",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: paymob",
    "developers.paymob.com, HMAC of transaction callbacks",
  ],
  unconfirmed: ["how a member that is null is signed: as nothing", "the time limit and the retries"],
};
