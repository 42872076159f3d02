// X (Twitter): where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const x: SenderFacts = {
  title: "X (Twitter)",
  credential: "the app's consumer secret (API key secret). Used as text.",
  proof: "`x-twitter-webhooks-signature: sha256=<base64>`, HMAC-SHA256 over the body.",
  exampleType: "tweet_create_events",
  events:
    "type the name of the member that holds the events (`tweet_create_events`, `direct_message_events`), `data` of filtered streams; no id, so there is no dedupe.",
  retries: "Unknown; an hour is assumed.",
  notes: [
    '`GET ?crc_token=…`, every hour, gets `{ "response_token": "sha256=<base64>" }`, the token\'s HMAC with the secret; of several secrets the first. A `crc_token` that holds anything but letters, digits, `_` and `-` is refused: its MAC would be the signature of a body. Mount with `app.use`, so that GET arrives.',
    "One delivery is one event here, with all that is in its arrays. `for_user_id` says whose it is.",
  ],
  oracle: { kind: "documentation", source: "https://docs.x.com/x-api/webhooks/introduction" },
  sources: [
    "https://docs.x.com/x-api/webhooks/introduction",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: twitter",
  ],
  unconfirmed: ["names of the members", "whether it retries", "the time limit: 10 s is assumed"],
};
