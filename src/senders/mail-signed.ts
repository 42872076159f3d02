// SendGrid, Mandrill, Mailchimp: mail, with the three ways to prove it that mail senders have.
import { mac } from "../auth/schemes/hmac.js";
import { publicKey } from "../auth/schemes/public-key.js";
import { signedForm } from "../auth/schemes/signed-form.js";
import { staticToken } from "../auth/schemes/static-token.js";
import { form, header, json, memberOf, query } from "../core/field.js";
import type { EventRow, Handshake } from "../sender/sender.js";
import { type SenderFactory, senderFactory } from "./shared/factory.js";
import { HEAD_PROBE, okText } from "./shared/handshakes.js";
import type { PublicKeySenderOptions, SecretSender, TokenSender } from "./shared/options.js";

/** SendGrid's event webhook. Types are `delivered`, `bounce`, `open`. */
export const sendgrid: SenderFactory<PublicKeySenderOptions> = senderFactory({
  factory: "sendgrid",
  name: "sendgrid",
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
  options: ["publicKey"],
  define: (options) => ({
    auth: publicKey({
      publicKey: options.publicKey,
      algorithm: "ecdsa-p256-sha256",
      signed: "{timestamp}{body}",
      timestamp: header("x-twilio-email-event-webhook-timestamp", "unix-seconds"),
      signature: { header: "x-twilio-email-event-webhook-signature", encoding: "base64" },
    }),
    event: {
      each: "",
      id: json("sg_event_id"),
      type: json("event"),
      timestamp: json("timestamp", "unix-seconds"),
    },
    reply: { retryHorizonSeconds: 86_400, honoursRetryAfter: false, unsubscribes: [] },
  }),
});

const MANDRILL: EventRow = {
  each: "",
  id: json("_id"),
  type: json("event"),
  timestamp: json("ts", "unix-seconds"),
};
/** Inbound mail has no id. */
const MANDRILL_WITHOUT_ID: EventRow = { each: "", type: json("event"), timestamp: json("ts", "unix-seconds") };
/** Changes of the allow and deny lists. */
const MANDRILL_SYNC: EventRow = { each: "", type: json("type"), timestamp: json("ts", "unix-seconds") };

function mandrillRow(items: unknown): EventRow {
  const all: readonly unknown[] = Array.isArray(items) ? items : [];
  if (!all.some((item) => memberOf(item, "event") !== undefined)) return MANDRILL_SYNC;
  return all.every((item) => memberOf(item, "_id") !== undefined) ? MANDRILL : MANDRILL_WITHOUT_ID;
}

/** Mailchimp Transactional, once Mandrill. Types are `send`, `hard_bounce`, `inbound`. */
export const mandrill: SecretSender = senderFactory({
  factory: "mandrill",
  name: "mandrill",
  title: "Mailchimp Transactional (Mandrill)",
  credential: "Settings → Webhooks → the webhook → Key. Used as text.",
  proof:
    "`X-Mandrill-Signature: <base64, 28 chars>`: HMAC-SHA1 over the URL as it is registered, then name and value of each form field, sorted by name.",
  exampleType: "send",
  events:
    "a batch in the form field `mandrill_events`: id `_id` where all have one, type `event`, or `type` of list changes.",
  retries: "With growing pauses; a webhook that fails too often is disabled.",
  notes: [
    "A HEAD and an empty batch come when the webhook is made; of a new webhook the batch is signed with the key `test-webhook`, and is refused.",
  ],
  sources: [
    "rails/rails @2a2db1e8d6, actionmailbox tests",
    "https://mailchimp.com/developer/transactional/guides/track-respond-activity-webhooks/",
  ],
  unconfirmed: ["retries and time limit", "that `_id` is the event's and not the message's"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({
      secret,
      algorithm: "sha1",
      signed: signedForm(),
      signature: { header: "x-mandrill-signature", encoding: "base64" },
    }),
    body: { "application/x-www-form-urlencoded": { jsonInForm: "mandrill_events" } },
    event: (_delivery, payload) => mandrillRow(payload),
    handshakes: [HEAD_PROBE],
    reply: { honoursRetryAfter: false, unsubscribes: [], maxBodyBytes: 26_214_400 },
  }),
});

/** When the webhook is saved. It calls the URL as registered, token and all. */
const MAILCHIMP_LOOK: Handshake = {
  name: "look",
  methods: ["GET", "HEAD"],
  isUnsigned: false,
  answer: () => okText(""),
};

/** Mailchimp Marketing's audience webhooks. Types are `subscribe`, `unsubscribe`, `cleaned`. */
export const mailchimp: TokenSender = senderFactory({
  factory: "mailchimp",
  name: "mailchimp",
  title: "Mailchimp Marketing",
  credential: "A token that you put into the webhook's URL yourself: `https://example.com/webhooks/mailchimp?token=…`.",
  proof: "`?token=` in the URL. Nothing is signed.",
  exampleType: "subscribe",
  retries: "With growing pauses for an hour or so.",
  notes: [
    "A form, with flat names such as `data[email]`. Events have no id, so they are not deduped.",
    "URLs end up in logs: whoever reads them knows the token.",
  ],
  sources: [
    "https://mailchimp.com/developer/marketing/guides/sync-audience-data-webhooks/",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: mailchimp",
  ],
  unconfirmed: ["retries and time limit"],
  options: ["token"],
  define: ({ token }) => ({
    auth: staticToken({ token, at: query("token") }),
    body: { "application/x-www-form-urlencoded": "form" },
    event: { type: form("type") },
    handshakes: [MAILCHIMP_LOOK],
    reply: { honoursRetryAfter: false, unsubscribes: [] },
  }),
});
