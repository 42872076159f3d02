// Attentive: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const attentive: SenderFacts = {
  title: "Attentive",
  credential: "The app's Webhooks tab → signing key of the webhook. Used as text.",
  proof: "`x-attentive-hmac-sha256: <lower-case hex, 64 chars>`: HMAC-SHA256 over the body.",
  exampleType: "sms.subscribed",
  retries: "With growing pauses for up to three days; an endpoint that fails for days is disabled.",
  notes: ['Events have no id, so they are not deduped; `dedupe: { replay: "suppress" }` refuses equal bodies.'],
  oracle: { kind: "documentation", source: "https://docs.attentive.com/docs/webhook-authentication/" },
  sources: [
    "https://docs.attentive.com/docs/webhook-authentication/",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: attentive",
  ],
  unconfirmed: ["time limit", "that there is no id"],
};
