// Cal.com: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const calCom: SenderFacts = {
  title: "Cal.com",
  credential: "Settings → Developer → Webhooks → Secret. Used as text.",
  proof: "`X-Cal-Signature-256: <lower-case hex, 64 chars>`: HMAC-SHA256 over the body.",
  exampleType: "BOOKING_CREATED",
  retries: "Not automatically.",
  notes: [
    'Events have no id: a booking\'s `payload.uid` is the same for all its events. `dedupe: { replay: "suppress" }` refuses equal bodies.',
    "A custom payload template changes the body, which is sent as a form where the template is no JSON. Without `triggerEvent` its type is `webhook`.",
    "Where no secret is set, `no-secret-provided` stands in the signature header; such deliveries are refused.",
  ],
  oracle: { kind: "documentation", source: "https://cal.com/docs/developing/guides/automation/webhooks" },
  sources: [
    "https://cal.com/docs/developing/guides/automation/webhooks",
    "github.com/calcom/cal.com@008952de0a, packages/features/webhooks/lib/sendPayload.ts (content types)",
  ],
  unconfirmed: ["retries", "time limit"],
};
