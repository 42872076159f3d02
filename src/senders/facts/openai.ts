// OpenAI: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.

import type { SenderFacts } from "./sender-facts.js";
import { followerProof } from "./standard-webhooks-follower.js";

export const openai: SenderFacts = {
  title: "OpenAI",
  credential:
    "Platform settings → Webhooks → the endpoint's signing secret, shown once. `whsec_…` is decoded from base64 behind its prefix; one without the prefix is used as text.",
  proof: `${followerProof()} A bare base64 without \`v1,\` is accepted too, as OpenAI's own library does.`,
  exampleType: "response.completed",
  retries: "For up to 72 hours, with backoff.",
  notes: ["The body is thin: `data.id` names the response or batch, to be fetched with your SDK."],
  oracle: { kind: "library", source: "openai" },
  sources: ["github.com/openai/openai-node@7b7d6ca711, src/lib/webhook-signature.ts"],
  unconfirmed: ["72 hours of retries", "the time limit: 15 s is assumed"],
};
