// Discourse: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const discourse: SenderFacts = {
  title: "Discourse",
  credential: "Admin → API → Webhooks → the webhook → Secret, at least 12 characters. Used as text.",
  proof: "`X-Discourse-Event-Signature: sha256=<hex>`, HMAC-SHA256 over the body.",
  exampleType: "post_created",
  retries:
    "Off unless the site setting `retry_web_hook_events` is on; then up to 4 times, after 1, 5, 25 and 125 min, each with another id. 404 and 410 are not retried.",
  notes: [
    "`X-Discourse-Event` and `X-Discourse-Event-Id` are headers, and the signature covers neither.",
    "Every attempt has an id of its own, so a retry of an event that was handled is handled again. Only a copy is a duplicate.",
    "With the content type of forms, which the site may choose, the body is JSON all the same.",
    "Several sites (`X-Discourse-Instance`) count their events each for itself: give each its own receiver and `scope`.",
  ],
  oracle: {
    kind: "documentation",
    source: "https://github.com/discourse/discourse/blob/main/app/jobs/regular/emit_web_hook_event.rb",
  },
  sources: [
    "https://github.com/discourse/discourse/blob/main/app/jobs/regular/emit_web_hook_event.rb",
    "github.com/discourse/discourse@00e592a2f9, app/jobs/regular/emit_web_hook_event.rb (retries, ids, content types)",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: discourse",
  ],
  unconfirmed: ["the time limit: 15 s is assumed"],
};
