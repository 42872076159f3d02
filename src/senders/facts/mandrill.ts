// Mailchimp Transactional (Mandrill): where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const mandrill: SenderFacts = {
  title: "Mailchimp Transactional (Mandrill)",
  credential: "Settings → Webhooks → the webhook → Key. Used as text.",
  proof:
    "`X-Mandrill-Signature: <base64, 28 chars>`: HMAC-SHA1 over the URL as it is registered, then name and value of each form field, sorted by name.",
  exampleType: "send",
  events:
    "a batch in the form field `mandrill_events`: id of `event`, `ts`, `ip`, `url` and `_id` together, for `_id` is the message's; none where one has no `_id` (inbound mail). Type `event`, or `type` of list changes.",
  retries: "With growing pauses; a webhook that fails too often is disabled.",
  notes: [
    "A HEAD and an empty batch come when the webhook is made; of a new webhook the batch is signed with the key `test-webhook`, and is refused.",
  ],
  oracle: {
    kind: "vector",
    source:
      "github.com/rails/rails@2a2db1e8d6 actionmailbox/test/controllers/ingresses/mandrill/inbound_emails_controller_test.rb (third party, not the vendor)",
  },
  sources: [
    "rails/rails @2a2db1e8d6, actionmailbox tests",
    "https://mailchimp.com/developer/transactional/guides/track-respond-activity-webhooks/",
    "influxdata/telegraf, plugins/inputs/webhooks/mandrill: `_id` identifies the message that made the event",
  ],
  unconfirmed: ["retries and time limit"],
};
