// Vercel: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const vercel: SenderFacts = {
  title: "Vercel",
  credential:
    "shown when the webhook is made; of an integration its Client Secret; of a drain its own. Used as text. `verifyToken`, of a drain: what its page shows for `x-vercel-verify`.",
  proof: "`x-vercel-signature: <hex>`, HMAC-SHA1 over the body.",
  exampleType: "deployment.succeeded",
  events:
    "webhooks: id `id` of the body, type `type`, time `createdAt` (milliseconds). Log drains (JSON arrays, or NDJSON): one event for each line, id `id`, type `source`.",
  retries: "For up to 24 hours.",
  notes: [
    "With `verifyToken`, requests without a signature hear 200 and the token, and reach no handler.",
    "An NDJSON drain of one line is a drain all the same: the Content-Type decides.",
  ],
  oracle: { kind: "documentation", source: "https://vercel.com/docs/webhooks" },
  sources: [
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: vercel",
    "https://vercel.com/docs/webhooks",
    "https://vercel.com/docs/drains/reference/logs: id, source and timestamp of a line",
  ],
  unconfirmed: [
    "24 hours of retries",
    "the time limit: 15 s is assumed",
    "the Content-Type of an NDJSON drain: `application/x-ndjson` and `application/ndjson` are read so",
  ],
};
