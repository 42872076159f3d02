// Fireblocks: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const fireblocks: SenderFacts = {
  title: "Fireblocks",
  credential:
    "v2: `jwksUrl`, where your environment's keys are (US: `https://keys.fireblocks.io/.well-known/jwks.json`). v1: `publicKey`, the PEM that the documentation shows for your environment. One of them is needed.",
  proof:
    "v2: `Fireblocks-Webhook-Signature: <header>..<signature>`, a detached JWS (RS512) over the body, whose `kid` names a key of the set. v1: `Fireblocks-Signature: <base64>`, RSA (PKCS #1 v1.5) with SHA-512 over the body.",
  exampleType: "transaction.status.updated",
  events: "v2: id `id`, type `eventType` of the signed body. v1: type `type`; no id, and so no dedupe.",
  retries: "After a 408, 429 or 5xx: 10, 30, 120, 300, 900, 1800, 3600, 7200 and 14400 s later; by hand for 30 days.",
  notes: [
    "The key set is fetched with the first delivery, and kept; while it cannot be had, Fireblocks gets 503 and retries.",
    "v1 was to end in March 2026.",
  ],
  oracle: { kind: "documentation", source: "https://developers.fireblocks.com/reference/validating-webhooks" },
  sources: [
    "https://developers.fireblocks.com/reference/validating-webhooks",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: fireblocks",
  ],
  unconfirmed: ["the members `id`, `eventType` and `createdAt` of v2", "the time limit"],
};
