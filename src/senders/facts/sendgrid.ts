// SendGrid event webhook: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const sendgrid: SenderFacts = {
  title: "SendGrid event webhook",
  credential:
    "Settings → Mail Settings → Event Webhook → Signature verification → Verification key: ECDSA P-256, base64 of SPKI.",
  proof:
    "`X-Twilio-Email-Event-Webhook-Signature: <base64 of DER>`: ECDSA P-256 with SHA-256 over `<X-Twilio-Email-Event-Webhook-Timestamp><body>`, nothing between; the time is in Unix seconds.",
  exampleType: "delivered",
  retries: "After anything but a 2xx, for up to 24 hours.",
  notes: ["A batch: an array. The body ends with a line break, which is signed too."],
  sources: ["sendgrid/sendgrid-nodejs @498e2329e8, packages/eventwebhook"],
  unconfirmed: ["24 hours of retries", "time limit", "whether a retry is signed with a new time"],
};
