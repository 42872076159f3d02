// Kinde: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const kinde: SenderFacts = {
  title: "Kinde",
  credential: "Nothing secret: `https://<your business>.kinde.com/.well-known/jwks`, or a key of it.",
  proof: "The body is a JWT, RS256, of your business' key set.",
  exampleType: "user.created",
  retries: "After anything but a 200: after 5 s, 30 s, 2 min, 10 min, 1 h, 4 h, then every 12 h for 36 h.",
  notes: [
    "The payload is what the token says: `type`, `event_id`, `data`. A token without `type` and `event_id`, such as a user's access token of the same keys, is 401.",
  ],
  oracle: { kind: "library", source: "@kinde/webhooks" },
  sources: [
    "https://docs.kinde.com/integrate/webhooks/about-webhooks/",
    "@kinde/webhooks, which reads tokens the same way",
  ],
  unconfirmed: ["the time limit", "whether a retry is signed anew"],
};
