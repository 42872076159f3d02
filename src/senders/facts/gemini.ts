// Gemini API: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";
import { followerFacts } from "./standard-webhooks-follower.js";

export const gemini: SenderFacts = followerFacts({
  title: "Gemini API",
  credential: "the webhook's signing secret, shown when it is made: `whsec_…`, decoded from base64 behind its prefix.",
  exampleType: "batch.succeeded",
  retries: "For 24 hours, with exponential backoff.",
  notes: [
    "For static webhooks. Dynamic ones, named in a request, come with a JWT of Google's, which is not read here.",
    "The body is thin: it points to the output, to be fetched.",
  ],
  oracle: { kind: "library", source: "standardwebhooks" },
  sources: [
    "hookdeck/webhook-skills, skills/gemini-webhooks @97c01d7210",
    "https://ai.google.dev/gemini-api/docs/webhooks",
  ],
  unconfirmed: ["that the secret has the prefix `whsec_`", "the time limit: 15 s is assumed"],
});
