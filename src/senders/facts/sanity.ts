// Sanity: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const sanity: SenderFacts = {
  title: "Sanity",
  credential: "sanity.io/manage → API → Webhooks → the webhook → Secret. Used as text.",
  proof:
    "`sanity-webhook-signature: t=<Unix milliseconds>,v1=<base64url without padding, 43 chars>`: HMAC-SHA256 over `<t>.<body>`.",
  exampleType: "update",
  retries: "Twice, 30 seconds apart, after 429 or 5xx.",
  notes: [
    "POST, PUT, PATCH and DELETE are read. A webhook by GET is not: its body would be lost on the way.",
    "The body is what the webhook's projection makes of the document, so id (`idempotency-key`) and type (`sanity-operation`) are headers, and the signature covers neither.",
  ],
  oracle: { kind: "library", source: "@sanity/webhook" },
  sources: [
    "sanity-io/webhook-toolkit @649f5adcd8",
    "sanity.io/docs/webhooks-api: methods, and that all of them have the same body",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: sanity",
    "sanity.io changelog of 29 April 2026: twice, 30 seconds apart, after 429 or 5xx",
  ],
  unconfirmed: [
    "32 MB as the longest document",
    "the header `sanity-operation`",
    "whether a retry is signed with a new time",
  ],
};
