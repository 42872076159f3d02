// Adyen: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const adyen: SenderFacts = {
  title: "Adyen",
  credential:
    "Customer Area → Developers → Webhooks → the webhook → HMAC key: hex, decoded before use. `username` and `password`: its basic authentication, where set.",
  proof:
    "Payments: each item's `additionalData.hmacSignature`, base64 of HMAC-SHA256 over `pspReference:originalReference:merchantAccountCode:merchantReference:amount.value:amount.currency:eventCode:success`. Banking, management, tokens: `hmacsignature: <base64>` over the body.",
  exampleType: "AUTHORISATION",
  events:
    "payments: one for each of `notificationItems`, type `eventCode`, id event code, `pspReference` and `success` (of reports the merchant account, too), all signed. Platform webhooks: type `type` of the signed body; id of `type` and `eventId` where there is one, else none, and no dedupe.",
  retries:
    "Three times within half a minute, then from a queue: after 2, 5, 10, 15 and 30 min, 1, 2, 4 and 8 h, for up to 30 days.",
  notes: [
    "Of a payment notification only the eight members named above are signed: `reason`, `paymentMethod`, `eventDate` and all else in `additionalData` can be changed.",
    "One item whose signature is wrong refuses the whole delivery.",
    "The answer to all is `[accepted]`.",
    "SOAP and form notifications of older accounts are not read.",
  ],
  oracle: { kind: "library", source: "@adyen/api-library" },
  sources: [
    "github.com/Adyen/adyen-node-api-library@3b84a188ef, src/utils/hmacValidator.ts",
    "https://docs.adyen.com/development-resources/webhooks/troubleshoot (retries)",
    "https://docs.adyen.com/japan-sellers-screening/webhooks (10 s)",
  ],
  unconfirmed: ["that a duplicate has the same `success`"],
};
