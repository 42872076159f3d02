// MessageBird: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const messagebird: SenderFacts = {
  title: "MessageBird",
  credential: "Dashboard → Developers → API settings → Signing key. Used as text.",
  proof:
    "`MessageBird-Signature-JWT: <JWT, HS256, HS384 or HS512>` with `url_hash` (hex SHA-256 of the URL as registered, query included) and, where there is a body, `payload_hash`; `jti`; `exp` and `nbf` within 5 seconds.",
  exampleType: "message.created",
  events:
    "type `type` of the body, id of `type` and `message.id` of new messages. By GET: `status.<status>`, id of `id`, `status` and `recipient`.",
  retries: "With growing pauses; not documented how long.",
  oracle: {
    kind: "vector",
    source: "github.com/messagebird/messagebird-nodejs@2d8b7de16c lib/testdata/webhook-signature-jwt-reference.json",
  },
  sources: ["messagebird/messagebird-nodejs @2d8b7de16c, lib/testdata/webhook-signature-jwt-reference.json"],
  unconfirmed: ["the event's places", "retries and time limit"],
};
