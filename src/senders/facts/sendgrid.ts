// SendGrid event webhook: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const sendgrid: SenderFacts = {
  title: "SendGrid event webhook and Inbound Parse",
  credential:
    "Settings → Mail Settings → Event Webhook → Signature verification → Verification key: ECDSA P-256, base64 of SPKI.",
  proof:
    "`X-Twilio-Email-Event-Webhook-Signature: <base64 of DER>`: ECDSA P-256 with SHA-256 over `<X-Twilio-Email-Event-Webhook-Timestamp><body>`, nothing between; the time is in Unix seconds.",
  exampleType: "delivered",
  events:
    "the event webhook: a batch, an array; id `sg_event_id`, type `event`. Inbound Parse (multipart): type `inbound`, no id.",
  retries: "After anything but a 2xx, for up to 24 hours; inbound mail after a 5xx for three days.",
  notes: [
    "The body ends with a line break, which is signed too.",
    "Inbound Parse must have a security policy with a signature; its verification key is another. Attachments are in the payload as `{ filename, contentType, content }`, the content in base64; texts that are not UTF-8 as well.",
  ],
  oracle: { kind: "library", source: "@sendgrid/eventwebhook" },
  sources: [
    "sendgrid/sendgrid-nodejs @498e2329e8, packages/eventwebhook",
    "twilio.com/docs/sendgrid/for-developers/parsing-email/securing-your-parse-webhooks",
    "twilio.com/docs/sendgrid/for-developers/parsing-email/inbound-email: 30 MB, three days",
  ],
  unconfirmed: [
    "that Inbound Parse is signed under the same header names",
    "24 hours of retries",
    "time limit",
    "whether a retry is signed with a new time",
  ],
};
