// Courier: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const courier: SenderFacts = {
  title: "Courier",
  credential: "Settings → General → Outbound webhooks → the webhook → signing secret. Used as text.",
  proof:
    "`courier-signature: t=<Unix milliseconds>,signature=<lower-case hex, 64 chars>`: HMAC-SHA256 over `<t>.<body>`.",
  exampleType: "message:updated",
  retries: "Not documented.",
  notes: ["`data.id` is the message's, not the event's: there is one `message:updated` for each change of its status."],
  oracle: { kind: "documentation", source: "https://www.courier.com/docs/guides/getting-started/outbound-webhooks/" },
  sources: [
    "https://www.courier.com/docs/guides/getting-started/outbound-webhooks/",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: courier",
  ],
  unconfirmed: ["retries and time limit", "that events have no id of their own"],
};
