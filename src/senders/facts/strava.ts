// Strava: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const strava: SenderFacts = {
  title: "Strava",
  credential: "The `verify_token` that you gave when you created the subscription.",
  proof: "None: anybody can post an event. `confirm(event)` asks the API whether it is true.",
  exampleType: "activity.create",
  events:
    "type of `object_type` and `aspect_type`; id of both, `object_id`, `event_time` (in seconds) and what an update changed together.",
  retries: "Up to three attempts, where no 200 came within two seconds.",
  notes: [
    "Compare `subscription_id` with yours, then fetch the object by `object_id`. Events are unverified until `confirm` has said yes.",
    "The subscription is confirmed by a GET, which is answered automatically if it repeats the verify token.",
  ],
  oracle: { kind: "documentation", source: "https://developers.strava.com/docs/webhooks/" },
  sources: [
    "https://developers.strava.com/docs/webhooks/",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: strava",
  ],
};
