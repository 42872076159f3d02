// Smartcar: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const smartcar: SenderFacts = {
  title: "Smartcar",
  credential: "Dashboard → Configuration → Application Management Token. Used as text. A function must answer at once.",
  proof: "`SC-Signature: <lower-case hex, 64 chars>`: HMAC-SHA256 over the body.",
  exampleType: "VEHICLE_STATE",
  retries: "With growing pauses after anything but a 2xx within 15 seconds.",
  notes: [
    '`VERIFY`, signed, is answered automatically with `{"challenge": <hex HMAC of the challenge>}`.',
    "`meta.deliveryId` changes with each attempt; `eventId` stays.",
  ],
  oracle: { kind: "library", source: "smartcar" },
  sources: [
    "https://smartcar.com/docs/integrations/webhooks/payload-verification",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: smartcar",
  ],
  unconfirmed: ["how long it retries"],
};
