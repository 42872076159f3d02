// Cursor: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const cursor: SenderFacts = {
  title: "Cursor",
  credential: "you choose it when you start the agent: `webhook.secret`, at least 32 characters. Used as text.",
  proof: "`X-Webhook-Signature: sha256=<hex>`, HMAC-SHA256 over the body.",
  exampleType: "statusChange",
  retries: "After a failure; for how long is not published.",
  notes: [
    "`X-Webhook-ID`, the id, is a header, and the signature does not cover it. `id` of the body is the agent's and not the event's.",
  ],
  oracle: { kind: "documentation", source: "https://docs.cursor.com/account/cloud-agent-webhooks" },
  sources: [
    "https://docs.cursor.com/account/cloud-agent-webhooks",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: cursor",
  ],
  unconfirmed: ["that `X-Webhook-ID` stays the same over retries", "the time limit: 15 s is assumed", "retries"],
};
