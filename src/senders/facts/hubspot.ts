// HubSpot: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const hubspot: SenderFacts = {
  title: "HubSpot",
  credential: "The app's Client secret. Used as text.",
  proof:
    "`X-HubSpot-Signature-v3: <base64, 44 chars>`: HMAC-SHA256 over `<method><URL><body><X-HubSpot-Request-Timestamp>`; the time is in Unix milliseconds. Older: `X-HubSpot-Signature: <hex, 64 chars>` with `X-HubSpot-Signature-Version: v2`, SHA-256 over `<secret><method><URL><body>`, or `v1`, over `<secret><body>`.",
  exampleType: "contact.creation",
  events:
    "a batch: an array. Id of portal, subscription, objects (`objectId`; of associations `fromObjectId` and `toObjectId`), property, `occurredAt` and `eventId` together, for `eventId` alone is not unique; type `subscriptionType`.",
  retries: "Up to ten times within 24 hours; 400, 401, 403, 404 and 405 end them.",
  notes: [
    'Versions 1 and 2 are hashes, not HMACs, and sign no time: anyone who has seen one delivery can append to its body, and send it again at any time. `versions: ["v3"]` refuses them.',
    "Where a version 3 signature came, it must hold, whatever else came.",
    "Of the URL version 3 signs these escapes decoded: %3A %2F %3F %40 %21 %24 %27 %28 %29 %2A %2C %3B. HubSpot's library for Node decodes nothing; a URL signed as it came is accepted, too.",
  ],
  oracle: { kind: "library", source: "@hubspot/api-client" },
  sources: [
    "HubSpot/hubspot-api-nodejs @395cd9bf3b, src/utils/signature.ts",
    "developers.hubspot.com, Validating requests: the table of escapes",
    "developers.hubspot.com/changelog/new-subscription-types-for-webhooks: the members of merges and associations",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: hubspot",
    "community.hubspot.com, a word of HubSpot's: 4xx other than 429 is final",
  ],
  unconfirmed: ["5 s time limit", "the id", "ten retries in 24 hours: third parties' word"],
};
