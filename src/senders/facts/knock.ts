// Knock: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const knock: SenderFacts = {
  title: "Knock",
  credential: "Developers → Webhooks → the webhook → Signing key. Used as text; it is not the account's API key.",
  proof:
    "`x-knock-signature: t=<Unix milliseconds>,s=<base64, 44 chars>`: HMAC-SHA256 over `<t>.<body>`. Milliseconds, not seconds.",
  exampleType: "message.sent",
  retries: "Up to eight attempts.",
  oracle: { kind: "documentation", source: "https://docs.knock.app/developer-tools/outbound-webhooks/overview" },
  sources: [
    "https://docs.knock.app/developer-tools/outbound-webhooks/overview",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: knock",
  ],
  unconfirmed: ["time limit", "how long the eight attempts take", "whether a retry is signed with a new time"],
};
