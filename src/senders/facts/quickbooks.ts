// QuickBooks Online: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const quickbooks: SenderFacts = {
  title: "QuickBooks Online",
  credential: "Developer portal → the app → Webhooks → Verifier token. Used as text.",
  proof: "`intuit-signature: <base64, 44 chars>`: HMAC-SHA256 over the body.",
  exampleType: "dataChangeEvent",
  events:
    "an array of CloudEvents: id `id`, type `type` of each item. The older form: one event for each item of `eventNotifications`, always `dataChangeEvent`, without an id and so without dedupe; its payload holds all changes of one company in `dataChangeEvent.entities`.",
  retries: "For up to 24 hours; after a 4xx not at all.",
  oracle: { kind: "documentation", source: "https://developer.intuit.com/app/developer/qbo/docs/develop/webhooks" },
  sources: [
    "https://developer.intuit.com/app/developer/qbo/docs/develop/webhooks",
    "third-party verification code",
    "developer.intuit.com, webhooks",
  ],
  unconfirmed: ["the names of the newer types", "3 s time limit", "24 hours of retries"],
};
