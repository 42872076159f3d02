// ElevenLabs: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const elevenlabs: SenderFacts = {
  title: "ElevenLabs",
  credential: "Settings → Webhooks → the webhook's secret (`wsec_…`). Used as text, whole.",
  proof: "`ElevenLabs-Signature: t=<Unix seconds>,v0=<lower-case hex, 64 chars>`: HMAC-SHA256 over `<t>.<body>`.",
  exampleType: "post_call_transcription",
  events: "type `type` of the body; id of `type` and `data.conversation_id`, none where there is no conversation.",
  retries: "Not documented; a webhook that fails again and again is disabled.",
  notes: ["Times up to 30 minutes old are accepted, as ElevenLabs' own library does."],
  oracle: {
    kind: "documentation",
    source: "https://github.com/elevenlabs/elevenlabs-js/blob/main/src/wrapper/webhooks.ts",
  },
  sources: [
    "https://github.com/elevenlabs/elevenlabs-js/blob/main/src/wrapper/webhooks.ts",
    "elevenlabs/elevenlabs-js, src/wrapper/webhooks.ts",
  ],
  unconfirmed: ["the header's name", "retries and time limit", "that a conversation has one event of each type"],
};
