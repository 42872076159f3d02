// Circle: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.

import type { SenderFacts } from "./sender-facts.js";
import { NOTES } from "./third-party-notes.js";

export const circle: SenderFacts = {
  title: "Circle",
  credential:
    "`keys`: a function that gets the key's id and answers the `publicKey` of `GET /v2/cpn/notifications/publicKey/{keyId}` (base64 of SPKI); keep the answers.",
  proof:
    "`X-Circle-Signature: <base64 of DER>`: ECDSA P-256 with SHA-256 over the body; `X-Circle-Key-Id` names the key.",
  exampleType: "payments",
  retries:
    "Eleven times over about 36 hours: after 1, 10 and 30 seconds, 1 and 15 minutes, 1, 3, 5, 6, 10 and 11 hours.",
  notes: [
    "Before it makes a subscription it asks with HEAD, which is answered with 200.",
    "Sent from 35.169.154.32, 3.90.127.28, 3.230.111.7 and 54.88.227.75.",
  ],
  oracle: { kind: "vector", source: "https://developers.circle.com/w3s/docs/web3-services-notifications-quickstart" },
  sources: [
    `${NOTES}: circle`,
    "developers.circle.com, verify webhook signatures",
    "developers.circle.com/cpn/references/webhook-retries",
  ],
  unconfirmed: ["the members `notificationId` and `timestamp`", "the time limit"],
};
