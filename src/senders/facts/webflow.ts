// Webflow: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const webflow: SenderFacts = {
  title: "Webflow",
  credential:
    "Of webhooks made by an app: the app's client secret. Of those made with a site token: the webhook's secret key. Used as text.",
  proof:
    "`x-webflow-signature: <lower-case hex, 64 chars>`: HMAC-SHA256 over `<x-webflow-timestamp>:<body>`; the time is in Unix milliseconds.",
  exampleType: "form_submission",
  retries: "Three attempts in all.",
  notes: [
    "Webhooks made in the dashboard are not signed, and are refused.",
    "`payload.id` names a form's answer, but of other types the thing that changed: only answers are deduped.",
  ],
  oracle: { kind: "library", source: "webflow-api" },
  sources: [
    "https://developers.webflow.com/data/docs/working-with-webhooks",
    "https://developers.webflow.com/data/changelog/webhook-retries",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: webflow",
    "developers.webflow.com, changelog: three attempts at most",
  ],
  unconfirmed: ["time limit", "whether a retry is signed with a new time"],
};
