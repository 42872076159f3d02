// Fireflies.ai: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const fireflies: SenderFacts = {
  title: "Fireflies.ai",
  credential:
    "Settings → Developer settings → Webhooks → Signing secret. Used as text. Without one, nothing is signed.",
  proof: "`X-Hub-Signature: sha256=<hex>`, HMAC-SHA256 over the body.",
  exampleType: "meeting.transcribed",
  events:
    "type `event` of the body (version 2), or `eventType` (version 1, deprecated); no id, so there is no dedupe; time `timestamp` of the body, of version 2.",
  retries: "After a failure; for how long is not published.",
  notes: ["The body is thin: `meeting_id` (version 1: `meetingId`) names the transcript, to be fetched."],
  oracle: { kind: "documentation", source: "https://docs.fireflies.ai/graphql-api/webhooks-v2" },
  sources: [
    "https://docs.fireflies.ai/graphql-api/webhooks-v2",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: fireflies",
  ],
  unconfirmed: ["that version 1 writes `sha256=` before the signature, too", "retries", "10 s time limit"],
};
