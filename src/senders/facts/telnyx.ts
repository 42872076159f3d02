// Telnyx: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const telnyx: SenderFacts = {
  title: "Telnyx",
  credential: "Mission Control → Account Settings → Keys & Credentials → Public Key: Ed25519, base64 of 32 bytes.",
  proof:
    "`telnyx-signature-ed25519: <base64, 88 chars>`: Ed25519 over `<telnyx-timestamp>|<body>`; the time is in Unix seconds.",
  exampleType: "message.received",
  retries: "With growing pauses, then to the failover URL.",
  notes: ["It waits 2 seconds: a handler that takes longer needs an inbox."],
  oracle: { kind: "library", source: "telnyx" },
  sources: [
    "telnyx 7, which accepts what this description signs",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: telnyx",
  ],
  unconfirmed: ["how long it retries", "whether a retry is signed with a new time"],
};
