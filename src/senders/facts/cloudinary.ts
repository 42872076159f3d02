// Cloudinary: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const cloudinary: SenderFacts = {
  title: "Cloudinary",
  credential: "Settings → API Keys → API secret of the account. Used as text.",
  proof:
    "`X-Cld-Signature: <lower-case hex>`: a plain SHA-1 (40 chars) or, where the account is set so, SHA-256 (64 chars) over `<body><X-Cld-Timestamp><secret>`; the time is in Unix seconds.",
  exampleType: "upload",
  retries: "After any other status than 2xx.",
  notes: [
    "A hash and no HMAC: with SHA-1, whoever can make Cloudinary sign a body of theirs might make a second one with the same hash. Set the account to SHA-256.",
    'Events have no id, so they are not deduped; `dedupe: { replay: "suppress" }` refuses equal bodies.',
    "Times up to two hours old are accepted, as Cloudinary's own library does.",
  ],
  oracle: { kind: "library", source: "cloudinary" },
  sources: [
    "https://cloudinary.com/documentation/notification_signatures",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: cloudinary",
  ],
  unconfirmed: ["how often and how long it retries", "time limit"],
};
