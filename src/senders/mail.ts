// Postmark, Customer.io, Attentive, Knock, Courier: what became of mail and messages.
import { basicAuth } from "../auth/schemes/basic-auth.js";
import { mac } from "../auth/schemes/hmac.js";
import { param } from "../auth/signature/signature.js";
import { dotted, dottedAll, header, json, literal, memberOf } from "../core/field.js";
import type { EventRow } from "../sender/sender.js";
import { type SenderFactory, senderFactory } from "./shared/factory.js";
import type { BasicOptions, SecretSender } from "./shared/options.js";

const DAY_SECONDS = 86_400;

const RECORD_TYPE = json("RecordType");
/** Bounces and complaints have an id of their own. */
const POSTMARK_BOUNCE: EventRow = {
  id: dottedAll(RECORD_TYPE, json("ID")),
  type: RECORD_TYPE,
  timestamp: json("BouncedAt", "rfc3339"),
};
/** One message goes to several recipients, and is delivered to each once. */
const POSTMARK_DELIVERY: EventRow = {
  id: dottedAll(RECORD_TYPE, json("MessageID"), json("Recipient")),
  type: RECORD_TYPE,
  timestamp: json("DeliveredAt", "rfc3339"),
};
/** Opens, clicks and changes of a subscription may happen again and again, and none has an id. */
const POSTMARK_OTHER: EventRow = { type: RECORD_TYPE };
const POSTMARK_INBOUND: EventRow = { id: json("MessageID"), type: literal("Inbound") };

/** Postmark's webhooks. Types are record types: `Bounce`, `Delivery`, `Open`; inbound mail is `Inbound`. */
export const postmark: SenderFactory<BasicOptions> = senderFactory({
  factory: "postmark",
  name: "postmark",
  title: "Postmark",
  credential: "User name and password that you put into the webhook's URL: `https://user:password@example.com/…`.",
  proof: "`Authorization: Basic <base64 of user:password>`. Nothing is signed.",
  exampleType: "Bounce",
  events:
    "type `RecordType` of the body, `Inbound` where there is none. Id: `RecordType` and `ID` of bounces and complaints, `RecordType`, `MessageID` and `Recipient` of deliveries, `MessageID` of inbound mail; all others have none.",
  retries: "Of inbound mail ten retries within 10.5 hours; 403 stops them.",
  notes: [
    "Basic credentials bind nothing of what was sent: keep the URL secret, and narrow it with `allow`.",
    "Opens and clicks have no id, so they are not deduped.",
  ],
  sources: [
    "https://postmarkapp.com/developer/webhooks/webhooks-overview",
    "https://postmarkapp.com/support/article/understanding-inbound-webhook-retries-in-postmark",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: postmark",
    "postmarkapp.com/support, inbound webhook retries: ten within 10.5 hours, and that 403 stops them",
  ],
  unconfirmed: ["time limit", "ids built from several members", "that other kinds than inbound mail come again alike"],
  options: ["username", "password"],
  define: (options) => ({
    auth: basicAuth(options),
    event(_delivery, payload) {
      const type = memberOf(payload, "RecordType");
      if (type === undefined) return POSTMARK_INBOUND;
      if (type === "Bounce" || type === "SpamComplaint") return POSTMARK_BOUNCE;
      return type === "Delivery" ? POSTMARK_DELIVERY : POSTMARK_OTHER;
    },
    reply: {
      stopStatus: 403,
      retryHorizonSeconds: 11 * 3_600,
      honoursRetryAfter: false,
      unsubscribes: [],
      // Inbound mail comes with its attachments, 35 MB of them.
      maxBodyBytes: 52_428_800,
    },
  }),
});

/** Customer.io's reporting webhooks. Types are object and metric: `email.delivered`, `customer.unsubscribed`. */
export const customerIo: SecretSender = senderFactory({
  factory: "customerIo",
  name: "customer-io",
  title: "Customer.io",
  credential: "Data & Integrations → Integrations → Reporting Webhooks → Signing key. Used as text.",
  proof:
    "`X-CIO-Signature: <lower-case hex, 64 chars>`: HMAC-SHA256 over `v0:<X-CIO-Timestamp>:<body>`; the time is in Unix seconds.",
  exampleType: "email.delivered",
  retries: "With growing pauses for seven days; events that follow wait.",
  sources: [
    "https://docs.customer.io/integrations/api/webhooks/",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: customerio",
  ],
  unconfirmed: ["whether a retry is signed with a new time"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({
      secret,
      signed: "v0:{timestamp}:{body}",
      timestamp: header("x-cio-timestamp", "unix-seconds"),
      signature: { header: "x-cio-signature", encoding: "hex" },
    }),
    event: {
      id: json("event_id"),
      type: dotted(json("object_type"), json("metric")),
      timestamp: json("timestamp", "unix-seconds"),
    },
    reply: { timeLimitSeconds: 4, retryHorizonSeconds: 7 * DAY_SECONDS, honoursRetryAfter: false, unsubscribes: [] },
  }),
});

/** Attentive's webhooks. Types are `sms.subscribed`, `email.opened`. */
export const attentive: SecretSender = senderFactory({
  factory: "attentive",
  name: "attentive",
  title: "Attentive",
  credential: "The app's Webhooks tab → signing key of the webhook. Used as text.",
  proof: "`x-attentive-hmac-sha256: <lower-case hex, 64 chars>`: HMAC-SHA256 over the body.",
  exampleType: "sms.subscribed",
  retries: "With growing pauses for up to three days; an endpoint that fails for days is disabled.",
  notes: ['Events have no id, so they are not deduped; `dedupe: { replay: "suppress" }` refuses equal bodies.'],
  sources: [
    "https://docs.attentive.com/docs/webhook-authentication/",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: attentive",
  ],
  unconfirmed: ["time limit", "that there is no id"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({ secret, signature: { header: "x-attentive-hmac-sha256", encoding: "hex" } }),
    event: { type: json("type"), timestamp: json("timestamp", "unix-milliseconds") },
    reply: { retryHorizonSeconds: 3 * DAY_SECONDS, honoursRetryAfter: false, unsubscribes: [] },
  }),
});

/** Knock's outbound webhooks. Types are `message.sent`, `workflow.committed`. */
export const knock: SecretSender = senderFactory({
  factory: "knock",
  name: "knock",
  title: "Knock",
  credential: "Developers → Webhooks → the webhook → Signing key. Used as text; it is not the account's API key.",
  proof:
    "`x-knock-signature: t=<Unix milliseconds>,s=<base64, 44 chars>`: HMAC-SHA256 over `<t>.<body>`. Milliseconds, not seconds.",
  exampleType: "message.sent",
  retries: "Up to eight attempts.",
  sources: [
    "https://docs.knock.app/developer-tools/outbound-webhooks/overview",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: knock",
  ],
  unconfirmed: ["time limit", "how long the eight attempts take", "whether a retry is signed with a new time"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({
      secret,
      signed: "{timestamp}.{body}",
      timestamp: param("t", "unix-milliseconds"),
      signature: { header: "x-knock-signature", encoding: "base64", form: { pairs: "s" } },
    }),
    event: { id: json("id"), type: json("type"), timestamp: json("created_at", "rfc3339") },
    reply: { honoursRetryAfter: false, unsubscribes: [] },
  }),
});

/** Courier's outbound webhooks. Types have colons: `message:updated`, `audiences:user:matched`. */
export const courier: SecretSender = senderFactory({
  factory: "courier",
  name: "courier",
  title: "Courier",
  credential: "Settings → General → Outbound webhooks → the webhook → signing secret. Used as text.",
  proof:
    "`courier-signature: t=<Unix milliseconds>,signature=<lower-case hex, 64 chars>`: HMAC-SHA256 over `<t>.<body>`.",
  exampleType: "message:updated",
  retries: "Not documented.",
  notes: ["`data.id` is the message's, not the event's: there is one `message:updated` for each change of its status."],
  sources: [
    "https://www.courier.com/docs/guides/getting-started/outbound-webhooks/",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: courier",
  ],
  unconfirmed: ["retries and time limit", "that events have no id of their own"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({
      secret,
      signed: "{timestamp}.{body}",
      timestamp: param("t", "unix-milliseconds"),
      signature: { header: "courier-signature", encoding: "hex", form: { pairs: "signature" } },
    }),
    event: { type: json("type") },
    reply: { honoursRetryAfter: false, unsubscribes: [] },
  }),
});
