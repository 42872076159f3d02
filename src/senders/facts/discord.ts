// Discord: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const discord: SenderFacts = {
  title: "Discord",
  credential: "Developer Portal → the application → General Information → Public Key: 64 hex digits.",
  proof: "`X-Signature-Ed25519: <hex>`, Ed25519 over `<X-Signature-Timestamp><body>`; the time is unix seconds.",
  exampleType: "APPLICATION_AUTHORIZED",
  events:
    "webhook events: type `event.type`, time `event.timestamp`, no id. Interactions: id `id`, type by the number of `type`: `application_command` (2), `message_component` (3), `application_command_autocomplete` (4), `modal_submit` (5), `interaction` (any other).",
  retries: "Webhook events for up to 10 min, with backoff; too many failures end them. Interactions never.",
  notes: [
    'Both PINGs are signed: `{ "type": 0 }` gets 204, `{ "type": 1 }` gets `{ "type": 1 }`.',
    "Discord sends deliberately wrong signatures to see that they are refused with 401.",
    'An interaction is answered in the reply, within 3 s: `context.reply({ status: 200, headers: { "content-type": "application/json" }, body })`.',
  ],
  oracle: { kind: "library", source: "discord-interactions" },
  sources: [
    "github.com/discord/discord-interactions-js, src/index.ts",
    "github.com/discord/discord-api-docs, developers/events/webhook-events.mdx (2026-08-06)",
  ],
  unconfirmed: ["whether a retry has a new time; 600 s are allowed for", "the interactions' PING"],
};
