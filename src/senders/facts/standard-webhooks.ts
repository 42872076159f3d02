// Standard Webhooks: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.

import type { SenderFacts } from "./sender-facts.js";
import { SIGNED } from "./standard-webhooks-follower.js";

export const standardWebhooks: SenderFacts = {
  title: "Standard Webhooks",
  credential:
    "`whsec_` and base64 of 24 to 64 bytes, as the sender shows it; or `whpk_…` as `publicKey`, of senders that sign with a private key. With both, either is enough.",
  proof: `headers \`webhook-id\`, \`webhook-timestamp\` (unix seconds), \`webhook-signature\`: ${SIGNED}`,
  exampleType: "user.created",
  retries: "About ten times over days, by the specification's advice.",
  notes: [
    "For any sender that follows the [specification](https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md), version 1.0.0. It advises senders to wait 15 to 30 s; 15 is assumed.",
    "There is no handshake and no list of addresses.",
  ],
  oracle: { kind: "library", source: "standardwebhooks" },
  sources: ["github.com/standard-webhooks/standard-webhooks@b2fa7b8719, spec/standard-webhooks.md"],
};
