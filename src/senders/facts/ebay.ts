// eBay Notification API: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const ebay: SenderFacts = {
  title: "eBay Notification API",
  credential:
    "`keys`: a function that gets the key's id and answers `key` of `GET /commerce/notification/v1/public_key/{id}`; keep the answers for an hour. `verifyToken` and `endpoint`: as entered under Application Keys → Alerts and Notifications.",
  proof:
    "`x-ebay-signature: <base64 of JSON with alg, kid, signature and digest>`: ECDSA P-256 with SHA-1 over the body, the signature in base64 of DER.",
  exampleType: "MARKETPLACE_ACCOUNT_DELETION",
  retries: "Again after anything but 200, 201, 202 or 204; `notification.publishAttemptCount` counts.",
  notes: [
    "The hash is SHA-1, by eBay's choice: one signature holds for any two bodies of the same SHA-1, and such pairs can be made.",
    "`?challenge_code=` is answered with the SHA-256 of code, token and endpoint, before any proof.",
  ],
  oracle: { kind: "library", source: "event-notification-nodejs-sdk" },
  sources: ["github.com/eBay/event-notification-nodejs-sdk", "hookdeck/webhook-skills, providers.yaml @00ad8d05: ebay"],
  unconfirmed: [
    "the time limit and how long it retries",
    "that `notification.notificationId` stays the same over attempts",
  ],
};
