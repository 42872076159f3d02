// Replicate: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";
import { followerFacts } from "./standard-webhooks-follower.js";

export const replicate: SenderFacts = followerFacts({
  title: "Replicate",
  credential:
    "`GET /v1/webhooks/default/secret` with your API token: `whsec_…`, decoded from base64 behind its prefix.",
  exampleType: "succeeded",
  retries: "After a failure, for the last event of a prediction.",
  notes: [
    "The body is the prediction and names no event: its `status` (`starting`, `processing`, `succeeded`, `failed`, `canceled`) stands for the type, so `output` and `logs` events are both `processing`.",
  ],
  oracle: { kind: "library", source: "replicate" },
  sources: ["github.com/replicate/replicate-javascript@2fd6f3944f"],
  unconfirmed: ["which events are sent again, and for how long", "the time limit: 15 s is assumed"],
});
