// Heroku: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.

import type { SenderFacts } from "./sender-facts.js";

export const heroku: SenderFacts = {
  title: "Heroku",
  credential: "The secret that you gave when the webhook was created, or that its creation showed. Used as text.",
  proof: "`Heroku-Webhook-Hmac-SHA256: <base64, 44 chars>`: HMAC-SHA256 over the body.",
  exampleType: "build.update",
  retries: "Of webhooks of the level `sync` until success or a limit; of the level `notify` none.",
  oracle: { kind: "documentation", source: "https://devcenter.heroku.com/articles/app-webhooks" },
  sources: [
    "https://devcenter.heroku.com/articles/app-webhooks",
    "heroku platform API, app webhooks: the levels `notify` and `sync`",
  ],
  unconfirmed: [
    "the time limit, and the schedule of retries",
    "whether `webhook_metadata.event.id` stays the same over retries",
  ],
};
