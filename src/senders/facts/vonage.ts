// Vonage: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const vonage: SenderFacts = {
  title: "Vonage",
  credential: "Dashboard → API settings → Signature secret. Used as text.",
  proof: "`Authorization: Bearer <JWT, HS256>` with `iat`, and `payload_hash`, the hex SHA-256 of the body.",
  exampleType: "message.inbound",
  events:
    "messages: `message.inbound`, or `message.<status>`, id `message_uuid` and `status`. Calls: `call.<status>`, id of `uuid`, `status` and `timestamp`. Else `webhook`.",
  retries: "After anything but a 2xx, with growing pauses for 24 hours.",
  notes: [
    "Webhooks must come by POST: of a GET the token does not bind the query.",
    "An answer URL of the Voice API wants call instructions: `context.reply`.",
  ],
  oracle: { kind: "library", source: "@vonage/jwt" },
  sources: ["https://developer.vonage.com/en/getting-started/concepts/webhooks"],
  unconfirmed: ["the whole entry is from general knowledge"],
};
