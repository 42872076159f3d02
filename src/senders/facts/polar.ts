// Polar: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";
import { followerFacts } from "./standard-webhooks-follower.js";

export const polar: SenderFacts = followerFacts({
  title: "Polar",
  credential:
    "Settings → Webhooks → the endpoint's secret. Used as text, whole: nothing is decoded, whatever Standard Webhooks says.",
  exampleType: "order.created",
  retries: "Up to 10 times, with backoff; an endpoint that fails ten times in a row is disabled.",
  oracle: { kind: "library", source: "standardwebhooks" },
  sources: ["@polar-sh/sdk 0.49.0"],
  unconfirmed: ["how long the retries go on: four days are assumed"],
});
