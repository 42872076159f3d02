// Hook0: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const hook0: SenderFacts = {
  title: "Hook0",
  credential: "The subscription's secret. Used as text.",
  proof:
    "`X-Hook0-Signature: t=<unix seconds>[,v0=<hex>][,h=<names, separated by spaces>,v1=<hex>]`. `v1`: HMAC-SHA256 over `<t>.<h>.<values joined by dots>.<body>`; `v0` over `<t>.<body>`. Where `v1` is there, it alone counts.",
  exampleType: "user.created",
  events:
    "id `X-Event-Id` of the headers, signed where `v1` lists it; type `eventType`, `type` or `event` of the body, all signed, or else the header `X-Event-Type`, or else `event`.",
  notes: [
    "A header with a dot in its value is not counted as signed: values are joined by dots, so it could be cut otherwise.",
  ],
  oracle: { kind: "vector", source: "github.com/hook0/hook0@86a9d66508 clients/conformance/signature.json" },
  sources: ["github.com/hook0/hook0@86a9d66508, clients/conformance/signature.json"],
  unconfirmed: ["that `X-Event-Id` is always sent", "the header `X-Event-Type`", "the time limit and the retries"],
};
