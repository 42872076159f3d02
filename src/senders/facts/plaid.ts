// Plaid: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const plaid: SenderFacts = {
  title: "Plaid",
  credential:
    "`keys`: a function that gets the key's id and answers `key` (a JWK) of `POST /webhook_verification_key/get`; keep the answers, and ask again now and then, for a key may expire (`expired_at`).",
  proof:
    "`Plaid-Verification: <JWT, ES256>`: its claim `request_body_sha256` is the body's SHA-256 in lower-case hex, and `iat` is when it was made.",
  exampleType: "TRANSACTIONS.SYNC_UPDATES_AVAILABLE",
  retries: "For up to 24 hours, unless too many fail.",
  notes: [
    'There is no id of the event, so nothing is deduped: most are thin, and mean "come and look".',
    "Where `keys` throws, Plaid gets 503 and retries; where it answers `null`, 401.",
  ],
  oracle: { kind: "documentation", source: "https://plaid.com/docs/api/webhooks/webhook-verification/" },
  sources: ["https://plaid.com/docs/api/webhooks/webhook-verification/"],
  unconfirmed: ["10 s time limit", "24 hours of retries"],
};
