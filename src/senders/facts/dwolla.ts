// Dwolla: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const dwolla: SenderFacts = {
  title: "Dwolla",
  credential: "The `secret` given when the webhook subscription was made. Used as text.",
  proof: "`X-Request-Signature-SHA-256: <lower-case hex, 64 chars>`: HMAC-SHA256 over the body.",
  exampleType: "customer_transfer_completed",
  retries: "Eight more times within 72 hours; a subscription that fails on and on is paused.",
  oracle: { kind: "documentation", source: "https://developers.dwolla.com" },
  sources: [
    "https://developers.dwolla.com",
    "the shape table of the sender list, from vendor documentation at second hand",
  ],
  unconfirmed: ["header and encoding", "10 s time limit", "the retries"],
};
