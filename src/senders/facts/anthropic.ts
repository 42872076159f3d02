// Anthropic: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";
import { followerFacts } from "./standard-webhooks-follower.js";

export const anthropic: SenderFacts = followerFacts({
  title: "Anthropic",
  credential: "the webhook's signing key, `whsec_…`, decoded from base64 behind its prefix.",
  exampleType: "session.status_idled",
  retries: "Unknown; 3xx counts as a failure.",
  notes: [
    "The body's own `type` is always `event`; the kind is `data.type`.",
    "The body is thin: `data.id` names what changed, to be fetched.",
  ],
  oracle: { kind: "library", source: "standardwebhooks" },
  sources: ["github.com/anthropics/anthropic-sdk-typescript@00da52f8f1, src/resources/beta/webhooks.ts"],
  unconfirmed: ["the time limit and retries: those that Standard Webhooks advises are assumed"],
});
