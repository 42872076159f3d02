// Treezor: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const treezor: SenderFacts = {
  title: "Treezor",
  credential: "The webhook secret that your account manager gives you; sandbox and production differ. Used as text.",
  proof:
    "member `object_payload_signature` of the body: `<base64, 44 chars>` of HMAC-SHA256 over `object_payload`, written as PHP does: no white space, `\\/` for a slash, `\\uxxxx` beyond ASCII.",
  exampleType: "payin.create",
  retries: "After a 5xx every minute, up to 30 times.",
  notes: [
    "Signed is `object_payload` alone: `webhook` (the type), `webhook_id` and `object_id` can be changed by anyone who replays a delivery. Look at what `object_payload` holds before you act upon the type.",
    "Bodies come as text/plain.",
    "The order is not kept: compare `webhook_created_at`.",
  ],
  oracle: { kind: "documentation", source: "https://docs.treezor.com/guide/webhooks/integrity-checks" },
  sources: [
    "https://docs.treezor.com/guide/webhooks/integrity-checks",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: treezor",
  ],
  unconfirmed: ["whether a 4xx ends the attempts", "the time limit"],
};
