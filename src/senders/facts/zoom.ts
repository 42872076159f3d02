// Zoom: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const zoom: SenderFacts = {
  title: "Zoom",
  credential: "App Marketplace → the app → Features → Access → Secret Token. Used as text.",
  proof: "`x-zm-signature: v0=<hex>`, HMAC-SHA256 over `v0:<x-zm-request-timestamp>:<body>`; the time is unix seconds.",
  exampleType: "meeting.started",
  retries: "3 times: after 5 min, 20 min later, and 60 min after that. Only **200 and 204** count.",
  notes: [
    "`endpoint.url_validation` is answered with `plainToken` and its HMAC, when the URL is registered and every 72 hours.",
    "There is no id, so nothing is deduped: a retry is handled again. Use `payload.object.uuid` and the type where that matters.",
  ],
  oracle: { kind: "library", source: "@zoom/rivet" },
  sources: [
    "https://developers.zoom.us/docs/api/webhooks/",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: zoom",
    "developers.zoom.us/blog/webhook-delays: 3 seconds, 200 or 204, and the schedule",
  ],
  unconfirmed: ["that there is no id", "that the validation is signed", "where Zoom lists its addresses"],
};
