// Cisco Meraki: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const meraki: SenderFacts = {
  title: "Cisco Meraki",
  credential: "Network-wide → Alerts → Webhooks → HTTP server → Shared secret.",
  proof: "`sharedSecret` in the body, as it is. Nothing is signed.",
  exampleType: "motion_alert",
  retries: "Not documented; more than 100 failures in 24 hours disable the server.",
  notes: [
    "The secret is taken out of payload and body once it has proven the delivery.",
    "A template of your own must keep `sharedSecret`, `alertTypeId` and `alertId`.",
    "Tests have an empty `alertId`, or one of zeros, and are not deduped.",
  ],
  oracle: { kind: "documentation", source: "https://developer.cisco.com/meraki/webhooks/introduction/#shared-secret" },
  sources: [
    "https://developer.cisco.com/meraki/webhooks/introduction/#shared-secret",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: meraki",
  ],
  unconfirmed: ["that `alertId` stays the same over retries", "retries and time limit"],
};
