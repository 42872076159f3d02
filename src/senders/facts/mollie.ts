// Mollie: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const mollie: SenderFacts = {
  title: "Mollie",
  credential:
    "`secret`: the signing secret of a next-generation webhook, used as text. `confirm`: a function that fetches the resource a classic webhook names, with your API key.",
  proof:
    "Next generation: `X-Mollie-Signature: sha256=<lower-case hex, 64 chars>`, HMAC-SHA256 over the body. Classic (`id=tr_…` in a form): none, so `confirm` decides.",
  exampleType: "payment-link.paid",
  events:
    "next generation: id `id`, type `type` of the signed body. Classic: always `resource.changed`, `event.verified` is false, and there is no dedupe, for each change of a payment has the same `id`.",
  retries: "Ten attempts within 26 hours.",
  notes: [
    "A classic webhook can be sent by anybody: trust what `confirm` fetched, never the delivery. It may answer `{ payload }` to put that in its place.",
    "With both options the kinds are distinguished by the signature's presence, so a forged event without one reaches `confirm`, and `event.verified` is false.",
    "Mollie publishes no addresses, on purpose.",
  ],
  oracle: {
    kind: "documentation",
    source: "https://github.com/mollie/mollie-api-php/blob/master/src/Webhooks/SignatureValidator.php",
  },
  sources: [
    "https://github.com/mollie/mollie-api-php/blob/master/src/Webhooks/SignatureValidator.php",
    "github.com/mollie/mollie-api-php, src/Webhooks/SignatureValidator.php (2026-05-21)",
    "docs.mollie.com/reference/webhooks",
  ],
  unconfirmed: [
    "15 s time limit",
    "ten attempts within 26 hours",
    "the members `id`, `type` and `createdAt` of signed events",
    "a signature without `sha256=`, which Mollie's library would accept, is refused",
  ],
};
