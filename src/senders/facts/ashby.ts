// Ashby: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const ashby: SenderFacts = {
  title: "Ashby",
  credential:
    "Admin → Integrations → Webhooks → the webhook → Secret token. Used as text. Without one, nothing is signed.",
  proof: "`Ashby-Signature: sha256=<lower-case hex, 64 chars>`: HMAC-SHA256 over the body.",
  exampleType: "applicationSubmit",
  retries: "Ten attempts at most within 3 hours, pauses doubling from 10 s; 401, 403, 404, 405 and 410 end them.",
  notes: [
    "A `ping` comes when the webhook is made or changed; a status of 400 or more disables the webhook.",
    "The id is `webhookActionId` of the body; a body without it is not deduped.",
  ],
  oracle: { kind: "documentation", source: "https://developers.ashbyhq.com/docs/authenticating-webhooks" },
  sources: [
    "https://developers.ashbyhq.com/docs/authenticating-webhooks",
    "https://developers.ashbyhq.com/docs/retries",
    "public projects agree: `webhookActionId` stays the same over retries",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: ashby",
  ],
  unconfirmed: ["time limit", "that every event has `webhookActionId`"],
};
