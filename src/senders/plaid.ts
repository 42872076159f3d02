// Plaid: a JWT in a header that holds the body's hash, by a key that its API answers.
import { jwt } from "../auth/jwt/jwt.js";
import { dotted, header, json } from "../core/field.js";
import { type SenderFactory, senderFactory } from "./shared/factory.js";
import type { KeysByIdOptions } from "./shared/options.js";

/** Plaid's webhooks. Types are type and code: `TRANSACTIONS.SYNC_UPDATES_AVAILABLE`. */
export const plaid: SenderFactory<KeysByIdOptions> = senderFactory({
  factory: "plaid",
  name: "plaid",
  title: "Plaid",
  credential:
    "`keys`: a function that gets the key's id and answers `key` (a JWK) of `POST /webhook_verification_key/get`; keep the answers, and ask again now and then, for a key may expire (`expired_at`).",
  proof:
    "`Plaid-Verification: <JWT, ES256>`: its claim `request_body_sha256` is the body's SHA-256 in lower-case hex, and `iat` is when it was made.",
  exampleType: "TRANSACTIONS.SYNC_UPDATES_AVAILABLE",
  retries: "For up to 24 hours, unless too many fail.",
  notes: [
    'There is no id of the event, so nothing is deduped: most are thin, and mean "come and look".',
    "Where `keys` throws, Plaid hears 503 and comes again; where it answers `null`, 401.",
  ],
  sources: ["plaid.com/docs/api/webhooks/webhook-verification"],
  unconfirmed: ["10 s time limit", "24 hours of retries"],
  options: ["keys"],
  define: ({ keys }) => ({
    auth: jwt({
      at: header("plaid-verification"),
      algorithms: ["ES256"],
      keys,
      signedAt: { claim: "iat", format: "unix-seconds" },
      bodyHash: { claim: "request_body_sha256" },
    }),
    event: { type: dotted(json("webhook_type"), json("webhook_code")) },
    reply: { timeLimitSeconds: 10, retryHorizonSeconds: 86_400, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
