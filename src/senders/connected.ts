// Uber Eats, Flexport, Oura, Meraki, CloudSignal, Strava: deliveries, freight, devices and what they measure.
import { mac } from "../auth/schemes/hmac.js";
import { staticToken } from "../auth/schemes/static-token.js";
import { dotted, dottedAll, json } from "../core/field.js";
import { type SenderFactory, senderFactory } from "./shared/factory.js";
import { echoQueryTo, okJson, requireText } from "./shared/handshakes.js";
import type { ConfirmOptions, SecretSender, TokenSender, VerifyTokenOptions } from "./shared/options.js";
import { unsigned } from "./shared/unsigned.js";

const DAY_SECONDS = 86_400;

/** Uber Eats' webhooks. Types are `orders.notification`, `store.provisioned`. */
export const uberEats: SecretSender = senderFactory({
  factory: "uberEats",
  name: "uber-eats",
  title: "Uber Eats",
  credential:
    "Developer Dashboard → your app → Client secret; of Uber Direct the webhook's own signing key. Used as text.",
  proof: "`X-Uber-Signature: <lower-case hex, 64 chars>`: HMAC-SHA256 over the body.",
  exampleType: "orders.notification",
  retries: "After 500, 502, 503, 504 or no answer: 10, 30, 60, 120 seconds and longer, about seven attempts.",
  sources: [
    "https://developer.uber.com/docs/eats/guides/webhooks",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: uber",
  ],
  unconfirmed: ["that `event_id` stays the same over retries", "time limit"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({ secret, signature: { header: "x-uber-signature", encoding: "hex" } }),
    event: { id: json("event_id"), type: json("event_type"), timestamp: json("event_time", "unix-seconds") },
    reply: { retryHorizonSeconds: DAY_SECONDS, honoursRetryAfter: false, unsubscribes: [] },
  }),
});

/** Flexport's webhooks (API version 2). Types are milestones: `/shipment#created`. */
export const flexport: SecretSender = senderFactory({
  factory: "flexport",
  name: "flexport",
  title: "Flexport",
  credential: "Settings → Webhook endpoints → the endpoint → Secret token. Used as text.",
  proof:
    "`X-Hub-Signature-256: sha256=<lower-case hex, 64 chars>`: HMAC-SHA256 over the body. The older `X-Hub-Signature` (HMAC-SHA1) is not read.",
  exampleType: "/shipment#created",
  retries: "After anything but 200.",
  notes: ["Only 200 is success."],
  sources: [
    "https://developers.flexport.com/faq/webhooks/",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: flexport",
  ],
  unconfirmed: ["that `id` names the event", "how long it retries", "time limit"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({ secret, signature: { header: "x-hub-signature-256", encoding: "hex", prefix: "sha256=" } }),
    event: { id: json("id"), type: json("type"), timestamp: json("occurred_at", "rfc3339") },
    privateHeaders: ["x-hub-signature"],
    reply: { successStatuses: [200], honoursRetryAfter: false, unsubscribes: [] },
  }),
});

/** Oura's webhooks. Types are kind of data and what happened to it: `daily_sleep.create`. */
export const oura: SenderFactory<VerifyTokenOptions> = senderFactory({
  factory: "oura",
  name: "oura",
  title: "Oura",
  credential:
    "The application's client secret, used as text; and the `verification_token` that you gave when you subscribed.",
  proof: "`x-oura-signature: <UPPER-CASE hex, 64 chars>`: HMAC-SHA256 over `<x-oura-timestamp><body>`.",
  exampleType: "daily_sleep.create",
  retries: "Ten times after a 4xx, a 5xx or no answer; 410 ends the subscription.",
  notes: [
    "The unit of `x-oura-timestamp` is not documented, so it is signed and not judged.",
    "A subscription is confirmed by a GET, which is answered by itself if it repeats the verification token.",
  ],
  sources: [
    "https://cloud.ouraring.com/v2/docs#tag/Webhook-Subscription-Routes",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: oura",
  ],
  unconfirmed: ["the id, which is built from all members of the event", "how far apart the retries are"],
  options: ["secret", "verifyToken"],
  define: ({ secret, verifyToken }) => ({
    auth: mac({
      secret,
      signed: "{header:x-oura-timestamp}{body}",
      signature: { header: "x-oura-signature", encoding: "HEX" },
    }),
    event: {
      id: dottedAll(json("data_type"), json("event_type"), json("object_id"), json("event_time")),
      type: dotted(json("data_type"), json("event_type")),
      timestamp: json("event_time", "rfc3339"),
    },
    handshakes: [
      echoQueryTo(
        { parameter: "verification_token", value: requireText("oura", "verifyToken", verifyToken) },
        "challenge",
        (challenge) => okJson({ challenge }),
      ),
    ],
    reply: {
      timeLimitSeconds: 10,
      retryHorizonSeconds: 2 * DAY_SECONDS,
      honoursRetryAfter: false,
      unsubscribes: [410],
    },
  }),
});

/** Cisco Meraki's alerts. Types are `alertTypeId`: `motion_alert`, `settings_changed`. */
export const meraki: TokenSender = senderFactory({
  factory: "meraki",
  name: "meraki",
  title: "Cisco Meraki",
  credential: "Network-wide → Alerts → Webhooks → HTTP server → Shared secret.",
  proof: "`sharedSecret` in the body, as it is. Nothing is signed.",
  exampleType: "motion_alert",
  retries: "Not documented; more than 100 failures in 24 hours disable the server.",
  notes: [
    "The secret stands in the payload that handlers get: keep it out of your logs.",
    "A template of your own must keep `sharedSecret`, `alertTypeId` and `alertId`.",
  ],
  sources: [
    "https://developer.cisco.com/meraki/webhooks/introduction/#shared-secret",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: meraki",
  ],
  unconfirmed: ["that `alertId` stays the same over retries", "retries and time limit"],
  options: ["token"],
  define: ({ token }) => ({
    auth: staticToken({ token, at: json("sharedSecret") }),
    event: { id: json("alertId"), type: json("alertTypeId"), timestamp: json("occurredAt", "rfc3339") },
    reply: { honoursRetryAfter: false, unsubscribes: [] },
  }),
});

/** CloudSignal, the webhooks of Cloudprinter.com. Types are `ItemShipped`, `CloudprinterOrderValidated`. */
export const cloudsignal: TokenSender = senderFactory({
  factory: "cloudsignal",
  name: "cloudsignal",
  title: "CloudSignal (Cloudprinter.com)",
  credential: "The endpoint's Webhook API key, which is not the account's.",
  proof: "`apikey` in the body, as it is. Nothing is signed.",
  exampleType: "ItemShipped",
  retries: "Up to 100 times within seven days, after anything but 200 and 204.",
  notes: ["The key stands in the payload that handlers get: keep it out of your logs."],
  sources: [
    "https://docs.cloudprinter.com/client/cloudsignal-webhooks-v2-0",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: cloudsignal",
  ],
  unconfirmed: ["the id, which is built from type, order, item and time", "time limit"],
  options: ["token"],
  define: ({ token }) => ({
    auth: staticToken({ token, at: json("apikey") }),
    event: { id: dottedAll(json("type"), json("order"), json("item"), json("datetime")), type: json("type") },
    reply: {
      successStatuses: [200, 204],
      retryHorizonSeconds: 7 * DAY_SECONDS,
      honoursRetryAfter: false,
      unsubscribes: [],
    },
  }),
});

export interface StravaOptions extends ConfirmOptions {
  /** The `verify_token` that you gave when you created the push subscription. */
  readonly verifyToken: string | undefined;
}

/** Strava's push subscriptions. Types are `activity.create`, `athlete.update`. */
export const strava: SenderFactory<StravaOptions> = senderFactory({
  factory: "strava",
  name: "strava",
  title: "Strava",
  credential: "The `verify_token` that you gave when you created the subscription.",
  proof: "None: anybody can post an event. `confirm(event)` asks the API whether it is true.",
  exampleType: "activity.create",
  retries: "Up to three attempts, where no 200 came within two seconds.",
  notes: [
    "Compare `subscription_id` with yours, then fetch the object by `object_id`. Events are unverified until `confirm` has said yes.",
    "The subscription is confirmed by a GET, which is answered by itself if it repeats the verify token.",
  ],
  sources: [
    "https://developers.strava.com/docs/webhooks/",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: strava",
  ],
  options: ["verifyToken", "confirm"],
  define: ({ verifyToken, confirm }) => ({
    auth: unsigned("strava", confirm),
    confirm,
    event: {
      id: dottedAll(json("object_type"), json("aspect_type"), json("object_id"), json("event_time")),
      type: dotted(json("object_type"), json("aspect_type")),
      timestamp: json("event_time", "unix-seconds"),
    },
    handshakes: [
      echoQueryTo(
        { parameter: "hub.verify_token", value: requireText("strava", "verifyToken", verifyToken) },
        "hub.challenge",
        (challenge) => okJson({ "hub.challenge": challenge }),
      ),
    ],
    reply: {
      successStatuses: [200],
      timeLimitSeconds: 2,
      retryHorizonSeconds: 3_600,
      honoursRetryAfter: false,
      unsubscribes: [],
    },
  }),
});
