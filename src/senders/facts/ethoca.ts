// Ethoca Alerts: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.

import type { SenderFacts } from "./sender-facts.js";
import { NOTES } from "./third-party-notes.js";

export const ethoca: SenderFacts = {
  title: "Ethoca Alerts",
  credential: "The user name and password agreed upon with Ethoca's delivery team.",
  proof: "`Authorization: Basic <base64 of username:password>`. Nothing of what is sent is signed.",
  exampleType: "fraud",
  notes: [
    "Ethoca also presents a client certificate: have your TLS end point ask for it.",
    "There is no dedupe: which member names the alert is not published.",
    "`alertType` may be a number by your contract's schema; then the type is its digits.",
  ],
  oracle: {
    kind: "documentation",
    source: "https://developer.mastercard.com/ethoca-alerts-for-merchants/documentation/api-basics/",
  },
  sources: [
    "https://developer.mastercard.com/ethoca-alerts-for-merchants/documentation/api-basics/",
    `${NOTES}: ethoca`,
    "developer.mastercard.com/ethoca-alerts-for-merchants",
  ],
  unconfirmed: ["the values of `alertType`", "the alert's id", "the time limit and the retries"],
};
