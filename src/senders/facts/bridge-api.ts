// Bridge API (bridgeapi.io): where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.

import type { SenderFacts } from "./sender-facts.js";
import { NOTES } from "./third-party-notes.js";

export const bridgeApi: SenderFacts = {
  title: "Bridge API (bridgeapi.io)",
  credential:
    "Dashboard → Webhooks → the secret, shown once. Used as text. After a rotation the old one is good for 24 hours.",
  proof: "`BridgeApi-Signature: v1=<UPPER-CASE HEX>[,v1=<UPPER-CASE HEX>]`: HMAC-SHA256 over the body.",
  exampleType: "item.refreshed",
  retries: "For one to two days, with growing intervals.",
  notes: [
    "There is no id of the event, so nothing is deduped.",
    "Success is exactly 200.",
    "Sent from 63.32.31.5, 52.215.247.62 and 34.249.92.209.",
  ],
  oracle: { kind: "documentation", source: "https://docs.bridgeapi.io/docs/secure-your-webhooks" },
  sources: ["https://docs.bridgeapi.io/docs/secure-your-webhooks", `${NOTES}: bridge-api`],
  unconfirmed: ["the time limit"],
};
