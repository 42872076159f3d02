// Smile API: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.

import type { SenderFacts } from "./sender-facts.js";
import { NOTES } from "./third-party-notes.js";

export const smile: SenderFacts = {
  title: "Smile API",
  credential: "The secret given when the webhook was registered. Used as text.",
  proof: "`Smile-Signature: <lower-case hex, 128 chars>`: HMAC-SHA512 over the body.",
  exampleType: "ACCOUNT_CONNECTED",
  events: "type `type`; id of `type` and `id` together.",
  retries: "Up to two more times, a few dozen seconds apart.",
  notes: ["This is neither Smile.io nor Smile ID.", "Sent from 18.142.61.230."],
  oracle: { kind: "documentation", source: "https://docs.getsmileapi.com/reference/webhooks" },
  sources: ["https://docs.getsmileapi.com/reference/webhooks", `${NOTES}: smile`],
  unconfirmed: ["that `id` names the event", "the time limit"],
};
