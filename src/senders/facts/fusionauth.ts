// FusionAuth: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const fusionauth: SenderFacts = {
  title: "FusionAuth",
  credential:
    "Settings → Key Master → the key that the webhook is signed with: its public key, or the key set at `/.well-known/jwks.json`; of an HMAC key the secret, used as text.",
  proof: "`X-FusionAuth-Signature-JWT: <JWT>` whose `request_body_sha256` is the base64 SHA-256 of the body.",
  exampleType: "user.create",
  events: "id `event.id`, type `event.type`.",
  retries: "As the webhook's transaction setting says; a transaction fails where the answer is no 2xx.",
  notes: ["The token signs no time, so a copy is known by its id alone."],
  oracle: { kind: "documentation", source: "https://fusionauth.io/docs/extend/events-and-webhooks/signing" },
  sources: [
    "https://fusionauth.io/docs/extend/events-and-webhooks/signing",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: fusionauth, and its skill",
  ],
  unconfirmed: ["which algorithms a key may have", "retries and time limit"],
};
