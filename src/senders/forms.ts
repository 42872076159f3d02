// Typeform, Calendly, Tally, Cal.com: answers to forms, and bookings.
import { mac } from "../auth/schemes/hmac.js";
import { param } from "../auth/signature/signature.js";
import { dottedAll, header, json, memberOf } from "../core/field.js";
import type { EventRow } from "../sender/sender.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** Typeform's webhooks. Types are `form_response` and `form_response_partial`. */
export const typeform: SecretSender = senderFactory({
  factory: "typeform",
  name: "typeform",
  title: "Typeform",
  credential: "The form → Connect → Webhooks → Edit → Secret, as you chose it. Used as text.",
  proof: "`Typeform-Signature: sha256=<base64, 44 chars>`: HMAC-SHA256 over the body. Base64, in spite of its prefix.",
  exampleType: "form_response",
  retries:
    "404 and 410 disable the webhook at once; after 408, 423, 429 and 503 every 2 to 3 minutes for ten hours; else about five times.",
  sources: [
    "https://www.typeform.com/developers/webhooks/secure-your-webhooks/",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: typeform",
  ],
  unconfirmed: ["30 s time limit"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({ secret, signature: { header: "typeform-signature", encoding: "base64", prefix: "sha256=" } }),
    event: { id: json("event_id"), type: json("event_type"), timestamp: json("form_response.submitted_at", "rfc3339") },
    reply: {
      timeLimitSeconds: 30,
      retryHorizonSeconds: 11 * 3_600,
      honoursRetryAfter: false,
      unsubscribes: [404, 410],
      maxBodyBytes: 5_242_880,
    },
  }),
});

const CALENDLY_EVENT = json("event");
const CALENDLY_TIME = json("created_at", "rfc3339");
const CALENDLY: EventRow = {
  id: dottedAll(CALENDLY_EVENT, json("created_at"), json("payload.uri")),
  type: CALENDLY_EVENT,
  timestamp: CALENDLY_TIME,
};
const CALENDLY_BARE: EventRow = { type: CALENDLY_EVENT, timestamp: CALENDLY_TIME };

/** Calendly's webhooks. Types are `invitee.created`, `invitee.canceled`, `routing_form_submission.created`. */
export const calendly: SecretSender = senderFactory({
  factory: "calendly",
  name: "calendly",
  title: "Calendly",
  credential: "The signing key that you give, or get, when you create the webhook subscription. Used as text.",
  proof: "`Calendly-Webhook-Signature: t=<Unix seconds>,v1=<lower-case hex, 64 chars>`: HMAC-SHA256 over `<t>.<body>`.",
  exampleType: "invitee.created",
  events:
    "type `event` of the body; id of `event`, `created_at` and `payload.uri` together, none where one is missing.",
  retries: "With growing pauses for up to 24 hours.",
  sources: [
    "https://developer.calendly.com/api-docs",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: calendly",
    "a Calendly employee's word, as quoted in a public repository: 24 hours, then the subscription is disabled",
  ],
  unconfirmed: ["time limit", "that `created_at` and `payload.uri` stay the same over retries"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({
      secret,
      signed: "{timestamp}.{body}",
      timestamp: param("t", "unix-seconds"),
      signature: { header: "calendly-webhook-signature", encoding: "hex", form: { pairs: "v1" } },
    }),
    // The body is signed, so nobody can take the parts of the id away.
    event: (_delivery, payload) =>
      memberOf(payload, "payload.uri") === undefined || memberOf(payload, "created_at") === undefined
        ? CALENDLY_BARE
        : CALENDLY,
    toleranceSeconds: 180,
    reply: { retryHorizonSeconds: 86_400, honoursRetryAfter: false, unsubscribes: [] },
  }),
});

/** Tally's webhooks. The only type is `FORM_RESPONSE`. */
export const tally: SecretSender = senderFactory({
  factory: "tally",
  name: "tally",
  title: "Tally",
  credential: "The form → Integrations → Webhooks → Signing secret. Used as text. Without one, nothing is signed.",
  proof: "`Tally-Signature: <base64, 44 chars>`: HMAC-SHA256 over the body.",
  exampleType: "FORM_RESPONSE",
  retries: "After 5 minutes, 30 minutes, 1 hour, 6 hours and 1 day.",
  sources: ["https://tally.so/help/webhooks", "hookdeck/webhook-skills, providers.yaml @00ad8d05: tally"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({ secret, signature: { header: "tally-signature", encoding: "base64" } }),
    event: { id: json("eventId"), type: json("eventType"), timestamp: json("createdAt", "rfc3339") },
    reply: { timeLimitSeconds: 10, retryHorizonSeconds: 2 * 86_400, honoursRetryAfter: false, unsubscribes: [] },
  }),
});

/** Cal.com's webhooks. Types are triggers: `BOOKING_CREATED`, `MEETING_ENDED`. */
export const calCom: SecretSender = senderFactory({
  factory: "calCom",
  name: "cal-com",
  title: "Cal.com",
  credential: "Settings → Developer → Webhooks → Secret. Used as text.",
  proof: "`X-Cal-Signature-256: <lower-case hex, 64 chars>`: HMAC-SHA256 over the body.",
  exampleType: "BOOKING_CREATED",
  retries: "Not by itself.",
  notes: [
    'Events have no id: a booking\'s `payload.uid` is the same for all its events. `dedupe: { replay: "suppress" }` refuses equal bodies.',
    "A custom payload template changes the body: it must keep `triggerEvent`.",
    "Where no secret is set, `no-secret-provided` stands in the signature header; such deliveries are refused.",
  ],
  sources: ["https://cal.com/docs/developing/guides/automation/webhooks"],
  unconfirmed: ["retries", "time limit"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({ secret, signature: { header: "x-cal-signature-256", encoding: "hex" } }),
    event: { type: json("triggerEvent"), timestamp: json("createdAt", "rfc3339") },
    reply: { retries: false, honoursRetryAfter: false, unsubscribes: [] },
  }),
});

const DOCUSIGN_EVENT = json("event");
const DOCUSIGN_ENVELOPE: EventRow = {
  id: dottedAll(DOCUSIGN_EVENT, json("data.envelopeId"), json("generatedDateTime")),
  type: DOCUSIGN_EVENT,
  timestamp: json("generatedDateTime", "rfc3339"),
  attempt: json("retryCount"),
};
const DOCUSIGN_OTHER: EventRow = {
  type: DOCUSIGN_EVENT,
  timestamp: json("generatedDateTime", "rfc3339"),
  attempt: json("retryCount"),
};
/** One header for each active key, up to 100; ten are looked at. */
const DOCUSIGN_SIGNATURES = Array.from({ length: 10 }, (_, at) => `x-docusign-signature-${at + 1}`);

/** DocuSign Connect, JSON. Types are `envelope-completed`, `recipient-signed`. */
export const docusign: SecretSender = senderFactory({
  factory: "docusign",
  name: "docusign",
  title: "DocuSign Connect",
  credential: "Settings → Connect → Connect Keys. Used as text. Give several while you change from one to another.",
  proof:
    "`X-DocuSign-Signature-1: <base64, 44 chars>`, and `-2`, `-3`, … one for each active key: HMAC-SHA256 over the body. One that fits is enough.",
  exampleType: "envelope-completed",
  events:
    "type `event` of the body; id of `event`, `data.envelopeId` and `generatedDateTime` together, none where one is missing.",
  retries: "After a status of 400 or more, from 5 minutes on with doubled pauses for up to 15 days.",
  notes: ["The configuration must send JSON (`restv2.1`), one message at a time; XML is not read."],
  sources: [
    "https://developers.docusign.com/platform/webhooks/connect/validate/",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: docusign",
  ],
  unconfirmed: ["time limit", "that `generatedDateTime` stays the same over retries"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({ secret, signature: { header: DOCUSIGN_SIGNATURES, encoding: "base64" } }),
    event: (_delivery, payload) =>
      memberOf(payload, "data.envelopeId") === undefined || memberOf(payload, "generatedDateTime") === undefined
        ? DOCUSIGN_OTHER
        : DOCUSIGN_ENVELOPE,
    privateHeaders: ["x-authorization-digest"],
    reply: {
      timeLimitSeconds: 100,
      retryHorizonSeconds: 15 * 86_400,
      honoursRetryAfter: false,
      unsubscribes: [],
      // Documents are included where the configuration says so.
      maxBodyBytes: 26_214_400,
    },
  }),
});

const WEBFLOW_FORM: EventRow = { id: json("payload.id"), type: json("triggerType") };
const WEBFLOW_OTHER: EventRow = { type: json("triggerType") };

/** Webflow's webhooks, those that an app or the API created. Types are `form_submission`, `ecomm_new_order`. */
export const webflow: SecretSender = senderFactory({
  factory: "webflow",
  name: "webflow",
  title: "Webflow",
  credential:
    "Of webhooks made by an app: the app's client secret. Of those made with a site token: the webhook's secret key. Used as text.",
  proof:
    "`x-webflow-signature: <lower-case hex, 64 chars>`: HMAC-SHA256 over `<x-webflow-timestamp>:<body>`; the time is in Unix milliseconds.",
  exampleType: "form_submission",
  retries: "Three attempts in all.",
  notes: [
    "Webhooks made in the dashboard are not signed, and are refused.",
    "`payload.id` names a form's answer, but of other types the thing that changed: only answers are deduped.",
  ],
  sources: [
    "https://developers.webflow.com/data/docs/working-with-webhooks",
    "https://developers.webflow.com/data/changelog/webhook-retries",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: webflow",
    "developers.webflow.com, changelog: three attempts at most",
  ],
  unconfirmed: ["time limit", "whether a retry is signed with a new time"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({
      secret,
      signed: "{timestamp}:{body}",
      timestamp: header("x-webflow-timestamp", "unix-milliseconds"),
      signature: { header: "x-webflow-signature", encoding: "hex" },
    }),
    event: (_delivery, payload) =>
      memberOf(payload, "triggerType") === "form_submission" && memberOf(payload, "payload.id") !== undefined
        ? WEBFLOW_FORM
        : WEBFLOW_OTHER,
    reply: { retryHorizonSeconds: 3_600, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
