// BigCommerce: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";
import { followerFacts } from "./standard-webhooks-follower.js";

export const bigcommerce: SenderFacts = followerFacts({
  title: "BigCommerce",
  credential:
    "the client secret of the API account that made the webhook. Used as text: what a Standard Webhooks library wants is its base64, this takes it as it is.",
  exampleType: "store/order/created",
  retries: "Up to 11 attempts over 48 hours; then the webhook is switched off.",
  notes: [
    "The body is thin: `data.id` names the order or product, to be fetched.",
    "Webhooks of older API accounts come without a signature, and are 401: no header of your own can stand in for one here.",
  ],
  oracle: { kind: "library", source: "standardwebhooks" },
  sources: ["hookdeck/webhook-skills, providers.yaml @00ad8d05: bigcommerce"],
  unconfirmed: ["11 attempts over 48 hours", "10 s time limit"],
});
