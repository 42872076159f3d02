// Xero and QuickBooks Online: HMAC over a batch of thin events.
import { mac } from "../auth/schemes/hmac.js";
import { dotted, dottedAll, json, literal } from "../core/field.js";
import type { EventRow } from "../sender/sender.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** Xero's webhooks: batches. Types are category and kind: `INVOICE.UPDATE`. */
export const xero: SecretSender = senderFactory({
  factory: "xero",
  name: "xero",
  title: "Xero",
  credential: "My Apps → the app → Webhooks → Webhooks key. Used as text.",
  proof: "`x-xero-signature: <base64, 44 chars>`: HMAC-SHA256 over the body.",
  exampleType: "INVOICE.UPDATE",
  retries: "With growing intervals for 24 hours.",
  notes: [
    'The "intent to receive" needs nothing of yours: rightly signed probes hear 200 with no body, wrongly signed ones 401.',
    "There is no id of the event: tenant, resource, kind and the event's time together are the id, all of it signed.",
    "Events are thin: fetch `resourceUrl`.",
  ],
  sources: [
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: xero",
    "developer.xero.com/documentation/guides/webhooks/configuring-your-server",
  ],
  unconfirmed: ["24 hours of retries"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({ secret, signature: { header: "x-xero-signature", encoding: "base64" } }),
    event: {
      each: "events",
      id: dottedAll(json("tenantId"), json("resourceId"), json("eventType"), json("eventDateUtc")),
      type: dotted(json("eventCategory"), json("eventType")),
    },
    reply: {
      successStatuses: [200],
      timeLimitSeconds: 5,
      retryHorizonSeconds: 86_400,
      honoursRetryAfter: false,
      unsubscribes: [],
    },
  }),
});

const CLOUD_EVENTS: EventRow = { each: "", id: json("id"), type: json("type"), timestamp: json("time", "rfc3339") };
const NOTIFICATIONS: EventRow = { each: "eventNotifications", type: literal("dataChangeEvent") };

/** QuickBooks Online's webhooks: batches, in CloudEvents (`qbo.invoice.created.v1`) or the older form (`dataChangeEvent`). */
export const quickbooks: SecretSender = senderFactory({
  factory: "quickbooks",
  name: "quickbooks",
  title: "QuickBooks Online",
  credential: "Developer portal → the app → Webhooks → Verifier token. Used as text.",
  proof: "`intuit-signature: <base64, 44 chars>`: HMAC-SHA256 over the body.",
  exampleType: "dataChangeEvent",
  events:
    "an array of CloudEvents: id `id`, type `type` of each item. The older form: one event for each item of `eventNotifications`, always `dataChangeEvent`, without an id and so without dedupe; its payload holds all changes of one company in `dataChangeEvent.entities`.",
  retries: "For up to 24 hours; after a 4xx not at all.",
  sources: ["third-party verification code", "developer.intuit.com, webhooks"],
  unconfirmed: ["the names of the newer types", "3 s time limit", "24 hours of retries"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({ secret, signature: { header: "intuit-signature", encoding: "base64" } }),
    body: {
      "application/json": "json",
      "application/cloudevents-batch+json": "json",
      "application/*+json": "json",
    },
    event: (_delivery, payload) => (Array.isArray(payload) ? CLOUD_EVENTS : NOTIFICATIONS),
    reply: {
      successStatuses: [200],
      timeLimitSeconds: 3,
      retryHorizonSeconds: 86_400,
      honoursRetryAfter: false,
      unsubscribes: [],
    },
  }),
});
