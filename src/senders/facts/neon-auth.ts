// Neon Auth: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const neonAuth: SenderFacts = {
  title: "Neon Auth",
  credential: "Nothing secret: `<NEON_AUTH_URL>/.well-known/jwks.json`, or a key of it.",
  proof:
    "`X-Neon-Signature: <header>..<signature>`: detached JWS, EdDSA, over `<X-Neon-Timestamp>.<base64url of the body>`; the time is in Unix milliseconds.",
  exampleType: "user.created",
  retries: "Three attempts in all.",
  notes: [
    "Id and type are headers, and the signature covers neither.",
    "`send.otp`, `send.magic_link` and `user.before_create` wait for the answer: a handler that refuses must throw.",
  ],
  oracle: { kind: "documentation", source: "https://neon.com/docs/auth/guides/webhooks" },
  sources: ["https://neon.com/docs/auth/guides/webhooks", "hookdeck/webhook-skills, providers.yaml @00ad8d05: neon"],
  unconfirmed: [
    "time limit",
    "whether a retry is signed with a new time",
    "whether the token's own header names its key",
  ],
};
