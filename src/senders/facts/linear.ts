// Linear: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const linear: SenderFacts = {
  title: "Linear",
  credential: "Settings → API → Webhooks → the webhook → Signing secret. Used as text.",
  proof:
    "`Linear-Signature: <hex>`, HMAC-SHA256 over the body, which holds the time: `webhookTimestamp`, milliseconds.",
  exampleType: "Issue.create",
  retries: "After 1 min, 1 hour and 6 hours; then the webhook may be disabled. Only **200** counts.",
  notes: [
    '`Linear-Delivery`, the id, is a header, and the signature does not cover it. The same body under another id is reported, or refused with `dedupe: { replay: "suppress" }`.',
    "`Linear-Timestamp` and `Linear-Event` are not signed and not looked at.",
    "Linear publishes its addresses in its documentation.",
  ],
  oracle: { kind: "library", source: "@linear/sdk" },
  sources: [
    "@linear/sdk 98.0.0, dist/webhooks",
    "https://linear.app/developers/webhooks",
    "linear.app/developers/webhooks, as quoted in several repositories: 5 seconds, HTTP 200, three retries",
  ],
  unconfirmed: ["that `Linear-Delivery` stays the same over retries", "that every event has `type` and `action`"],
};
