// Coinbase Commerce and Developer Platform: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const coinbaseCommerce: SenderFacts = {
  title: "Coinbase Commerce and Developer Platform",
  credential:
    "Commerce: Settings → Notifications → shared secret. Developer Platform: the secret given when the subscription was made. Both are used as text.",
  proof:
    "Commerce: `X-CC-Webhook-Signature: <lower-case hex, 64 chars>`, HMAC-SHA256 over the body. Developer Platform: `X-Hook0-Signature`, see Hook0.",
  exampleType: "charge:confirmed",
  events:
    "Commerce: id `event.id`, type `event.type` of the signed body. Developer Platform: type `eventType` of the signed body, id `X-Event-Id` of the headers where it comes; otherwise there is no dedupe.",
  retries: "Commerce: with growing intervals for up to three days; `attempt_number` counts.",
  oracle: { kind: "library", source: "coinbase-commerce-node" },
  sources: [
    "github.com/coinbase/coinbase-commerce-node@d46c596844",
    "github.com/hook0/hook0@86a9d66508, clients/conformance/signature.json",
  ],
  unconfirmed: [
    "three days of retries, and the time limit",
    "the member `eventType` and the header `X-Event-Id` of the Developer Platform",
  ],
};
