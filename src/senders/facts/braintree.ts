// Braintree: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const braintree: SenderFacts = {
  title: "Braintree",
  credential:
    "Control Panel → API → the pair of keys: `publicKey` and `privateKey`. The MAC's key is the private key's SHA-1.",
  proof:
    "form field `bt_signature: <public key>|<lower-case hex, 40 chars>[&…]`: HMAC-SHA1 over the form field `bt_payload`, with or without a line break behind it. The signature of our public key is taken.",
  exampleType: "subscription_charged_successfully",
  events: "type: the `kind` of the XML in `bt_payload`. There is no id, so nothing is deduped.",
  retries: "For some hours, with growing intervals.",
  notes: [
    "The payload is the form: give `event.payload.bt_signature` and `event.payload.bt_payload` to `gateway.webhookNotification.parse`.",
    "No time is signed, and there is no id: handle an event so that twice does no harm.",
    "`?bt_challenge=` is answered before any proof, and only where it is 20 to 32 hex digits.",
  ],
  oracle: { kind: "library", source: "braintree" },
  sources: ["github.com/braintree/braintree_node@7a9270aaf3, lib/braintree/webhook_notification_gateway.js"],
  unconfirmed: ["the time limit and the retries"],
};
