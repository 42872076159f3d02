// Intercom, Zendesk, Pipedrive, Hookdeck: customers and their questions, and what was sent on for others.
import { basicAuth } from "../auth/schemes/basic-auth.js";
import { mac } from "../auth/schemes/hmac.js";
import { dotted, header, json, literal, memberOf } from "../core/field.js";
import type { EventRow } from "../sender/sender.js";
import { type SenderFactory, senderFactory } from "./shared/factory.js";
import { HEAD_PROBE } from "./shared/handshakes.js";
import type { BasicOptions, SecretSender } from "./shared/options.js";

/** Intercom's webhooks. Types are topics: `conversation.user.created`, `ping`. */
export const intercom: SecretSender = senderFactory({
  factory: "intercom",
  name: "intercom",
  title: "Intercom",
  credential: "Developer Hub → your app → Basic Information → Client secret. Used as text.",
  proof: "`X-Hub-Signature: sha1=<lower-case hex, 40 chars>`: HMAC-SHA1 over the body.",
  exampleType: "conversation.user.created",
  retries:
    "Once, after a minute. More than a thousand errors in a row within 15 minutes pause a topic for 15 minutes; errors for seven days suspend a private app's webhooks.",
  notes: ["A 410 would end the subscription; a HEAD comes when the URL is saved."],
  sources: [
    "https://developers.intercom.com/docs/webhooks",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: intercom",
    "developers.intercom.com/docs/webhooks/webhook-notifications: when webhooks are paused and suspended",
  ],
  unconfirmed: [
    "one retry after a minute",
    "5 s time limit",
    "that 410 unsubscribes",
    "that `id` stays the same over retries",
  ],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({
      secret,
      algorithm: "sha1",
      signature: { header: "x-hub-signature", encoding: "hex", prefix: "sha1=" },
    }),
    event: { id: json("id"), type: json("topic"), timestamp: json("created_at", "unix-seconds") },
    handshakes: [HEAD_PROBE],
    reply: { timeLimitSeconds: 5, retryHorizonSeconds: 3_600, honoursRetryAfter: false, unsubscribes: [410] },
  }),
});

const ZENDESK_INVOCATION = header("x-zendesk-webhook-invocation-id");
const ZENDESK_EVENT: EventRow = { id: json("id"), type: json("type"), timestamp: json("time", "rfc3339") };
/** A trigger's or automation's body is what its maker wrote. */
const ZENDESK_TRIGGER: EventRow = { id: ZENDESK_INVOCATION, type: literal("trigger") };

/** Zendesk's webhooks. Types are `zen:event-type:ticket.created`; of triggers and automations `trigger`. */
export const zendesk: SecretSender = senderFactory({
  factory: "zendesk",
  name: "zendesk",
  title: "Zendesk",
  credential:
    "Admin Center → Webhooks → the webhook → Reveal secret. Used as text. Tests from the Admin Center are signed with a fixed secret of Zendesk's.",
  proof:
    "`X-Zendesk-Webhook-Signature: <base64, 44 chars>`: HMAC-SHA256 over `<X-Zendesk-Webhook-Signature-Timestamp><body>`; the time is RFC 3339.",
  exampleType: "zen:event-type:ticket.created",
  events:
    "type `type` and id `id` of the body where the webhook is subscribed to events; `trigger` and the header `X-Zendesk-Webhook-Invocation-Id` (not signed) where a trigger calls it.",
  retries:
    "409 up to three times, 429 and 503 with a `Retry-After` below 60 s, no answer within 12 s up to five times.",
  notes: [
    "Other statuses are not retried: throw `RetryLater` (503) where it should come again.",
    "A trigger's body must be JSON or a form; what is in it is up to whoever made the trigger.",
  ],
  sources: [
    "https://developer.zendesk.com/documentation/webhooks/verifying/",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: zendesk",
  ],
  unconfirmed: ["that the time is RFC 3339", "that the invocation id stays the same over retries"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({
      secret,
      signed: "{timestamp}{body}",
      timestamp: header("x-zendesk-webhook-signature-timestamp", "rfc3339"),
      signature: { header: "x-zendesk-webhook-signature", encoding: "base64" },
    }),
    body: { "application/json": "json", "application/x-www-form-urlencoded": "form" },
    event: (_delivery, payload) => {
      const type = memberOf(payload, "type");
      return typeof type === "string" && type.startsWith("zen:event-type:") ? ZENDESK_EVENT : ZENDESK_TRIGGER;
    },
    reply: {
      methods: ["POST", "PUT", "PATCH"],
      timeLimitSeconds: 12,
      retryHorizonSeconds: 3_600,
      unsubscribes: [],
    },
  }),
});

const PIPEDRIVE_TYPE = dotted(json("meta.action"), json("meta.entity"));
const PIPEDRIVE: EventRow = {
  id: json("meta.id"),
  type: PIPEDRIVE_TYPE,
  timestamp: json("meta.timestamp", "rfc3339"),
  attempt: json("meta.attempt"),
};
/** Version 1: `meta.id` is the deal's, and nothing names the event. */
const PIPEDRIVE_V1: EventRow = { type: json("event"), attempt: json("retry") };

/** Pipedrive's webhooks. Types are action and entity: `create.deal`, `change.person`; of version 1 `added.deal`. */
export const pipedrive: SenderFactory<BasicOptions> = senderFactory({
  factory: "pipedrive",
  name: "pipedrive",
  title: "Pipedrive",
  credential: "`http_auth_user` and `http_auth_password` that you gave when you created the webhook.",
  proof: "`Authorization: Basic <base64 of user:password>`. Nothing is signed.",
  exampleType: "create.deal",
  events: "type of `meta.action` and `meta.entity`, id `meta.id`; of version 1 `event` and no id.",
  retries:
    "After 3, 30 and 150 seconds. Ten failed first attempts pause it for half an hour, three days without success delete it.",
  notes: ["Basic credentials bind nothing of what was sent."],
  sources: [
    "https://pipedrive.readme.io/docs/guide-for-webhooks-v2",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: pipedrive",
  ],
  unconfirmed: ["time limit", "that `meta.id` of version 2 stays the same over retries"],
  options: ["username", "password"],
  define: (options) => ({
    auth: basicAuth(options),
    event: (_delivery, payload) => (memberOf(payload, "meta.entity") === undefined ? PIPEDRIVE_V1 : PIPEDRIVE),
    reply: { timeLimitSeconds: 10, retryHorizonSeconds: 3_600, honoursRetryAfter: false, unsubscribes: [] },
  }),
});

/** Hookdeck's Event Gateway, which passes on what others sent. The only type is `event`. */
export const hookdeck: SecretSender = senderFactory({
  factory: "hookdeck",
  name: "hookdeck",
  title: "Hookdeck Event Gateway",
  credential: "Project settings → Secrets → Signing secret. Used as text.",
  proof:
    "`X-Hookdeck-Signature: <base64, 44 chars>`: HMAC-SHA256 over the body; `X-Hookdeck-Signature-2` while the secret is rotated.",
  exampleType: "event",
  retries: "As the connection's rule says.",
  notes: [
    "The body is the original sender's. Its own signature does not hold any more unless that sender's secret is configured here.",
    "Ids and attempts are headers, and the signature covers neither.",
  ],
  sources: [
    "https://hookdeck.com/docs/verification",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: hookdeck-event-gateway",
  ],
  unconfirmed: ["the second header's name", "that `X-Hookdeck-EventID` stays the same over retries"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({
      secret,
      signature: { header: ["x-hookdeck-signature", "x-hookdeck-signature-2"], encoding: "base64" },
    }),
    body: {
      "application/json": "json",
      "application/*+json": "json",
      "application/x-www-form-urlencoded": "form",
      "text/*": "text",
      "*/*": "bytes",
    },
    event: {
      id: header("x-hookdeck-eventid"),
      type: literal("event"),
      attempt: header("x-hookdeck-attempt-count"),
    },
    reply: {
      methods: ["POST", "PUT", "PATCH"],
      timeLimitSeconds: 60,
      retryHorizonSeconds: 7 * 86_400,
      unsubscribes: [],
      maxBodyBytes: 10_485_760,
    },
  }),
});
