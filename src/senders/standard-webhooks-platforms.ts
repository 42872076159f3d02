// Clerk, Resend, Liveblocks, Polar, Dodo Payments, Whop, Lithic, BigCommerce, ShipBob: Standard Webhooks, each with its own key or names.
import { header, json } from "../core/field.js";
import type { SecretSender } from "./shared/options.js";
import { follower, type StandardEnvelope } from "./shared/standard-webhooks-follower.js";
import { AS_TEXT } from "./shared/standard-webhooks-scheme.js";

const SVIX_SCHEDULE =
  "Svix delivers: at once, then after 5 s, 5 min, 30 min, 2 h, 5 h, 10 h and 10 h; by hand also later.";
const WHSEC_TEXT = "`whsec_…`, decoded from base64 behind its prefix.";

/** Clerk's webhooks. Types are `user.created`, `session.ended`, … */
export const clerk: SecretSender<StandardEnvelope & { object: "event" }> = follower({
  factory: "clerk",
  title: "Clerk",
  credential: `Dashboard → Webhooks → the endpoint → Signing Secret: ${WHSEC_TEXT}`,
  exampleType: "user.created",
  headers: "svix",
  timestamp: json("timestamp", "unix-milliseconds"),
  retries: SVIX_SCHEDULE,
  sources: ["@clerk/backend 3.25.0, dist/webhooks.mjs"],
  unconfirmed: [
    "the schedule and 15 s time limit, which are Svix's",
    "that `timestamp` of the body is in milliseconds",
  ],
});

/** Resend's webhooks. Types are `email.sent`, `email.bounced`, … */
export const resend: SecretSender<StandardEnvelope & { created_at: string }> = follower({
  factory: "resend",
  title: "Resend",
  credential: `Dashboard → Webhooks → the webhook → Signing Secret: ${WHSEC_TEXT}`,
  exampleType: "email.sent",
  headers: "either",
  timestamp: json("created_at", "rfc3339"),
  retries: SVIX_SCHEDULE,
  sources: [
    "resend 6.38.0 (its library leaves the header names to the caller)",
    "https://resend.com/docs/webhooks/retries-and-replays",
  ],
  unconfirmed: ["that the headers are `svix-*`: `webhook-*` are read too", "15 s time limit"],
});

/** Liveblocks' webhooks. Types are `storageUpdated`, `userEntered`, … */
export const liveblocks: SecretSender<StandardEnvelope> = follower({
  factory: "liveblocks",
  title: "Liveblocks",
  credential: `Dashboard → the project → Webhooks → the endpoint → Signing Secret: ${WHSEC_TEXT}`,
  exampleType: "storageUpdated",
  retries: SVIX_SCHEDULE,
  sources: ["hookdeck/webhook-skills, providers.yaml @00ad8d05: liveblocks"],
  unconfirmed: ["the schedule and 15 s time limit"],
});

/** Polar's webhooks. Types are `order.created`, `subscription.active`, … */
export const polar: SecretSender<StandardEnvelope> = follower({
  factory: "polar",
  title: "Polar",
  credential:
    "Settings → Webhooks → the endpoint's secret. Used as text, whole: nothing is decoded, whatever Standard Webhooks says.",
  exampleType: "order.created",
  key: AS_TEXT,
  retries: "Up to 10 times, with backoff; an endpoint that fails ten times in a row is disabled.",
  reply: { timeLimitSeconds: 10 },
  sources: ["@polar-sh/sdk 0.49.0"],
  unconfirmed: ["how long the retries go on: four days are assumed"],
});

/** Dodo Payments' webhooks. Types are `payment.succeeded`, `subscription.renewed`, … */
export const dodo: SecretSender<StandardEnvelope & { business_id: string; timestamp: string }> = follower({
  factory: "dodo",
  title: "Dodo Payments",
  credential: `Dashboard → Developer → Webhooks → the endpoint's secret: ${WHSEC_TEXT}`,
  exampleType: "payment.succeeded",
  retries: "Up to 8 attempts, the last ones ten hours apart.",
  sources: ["hookdeck/webhook-skills, providers.yaml @00ad8d05: dodo"],
  unconfirmed: ["8 attempts", "15 s time limit"],
});

/** Whop's webhooks. Types are `payment.succeeded`, `membership.activated`, … */
export const whop: SecretSender<StandardEnvelope & { id: string; api_version: string }> = follower({
  factory: "whop",
  title: "Whop",
  credential:
    "Dashboard → Developer → Webhooks → the webhook's secret. `ws_…` is used as text, whole; `whsec_…` is decoded from base64 behind its prefix.",
  exampleType: "payment.succeeded",
  key: { key: { base64After: "whsec_", otherwise: "utf8" } },
  retries: "After a failure; for how long is not published.",
  notes: ["The four headers `webhook-*` and Content-Type are the same for every `api_version`; the body is not."],
  sources: ["https://docs.whop.com/developer/guides/webhooks"],
  unconfirmed: ["that a secret without `whsec_` is used as text", "retries", "15 s time limit"],
});

/** Lithic's webhooks. Types are `event_type` of the body: `card_transaction.updated`. */
export const lithic: SecretSender<{ event_type: string }> = follower({
  factory: "lithic",
  title: "Lithic",
  credential: `\`GET /v1/event_subscriptions/{token}/secret\`, or the dashboard: ${WHSEC_TEXT}`,
  exampleType: "card_transaction.updated",
  type: json("event_type"),
  timestamp: json("created", "rfc3339"),
  retries: SVIX_SCHEDULE,
  sources: ["hookdeck/webhook-skills, providers.yaml @00ad8d05: lithic"],
  unconfirmed: ["that every body has `event_type`: one without it is a `message`", "the schedule and 15 s time limit"],
});

/** BigCommerce's webhooks. Types are scopes: `store/order/created`. */
export const bigcommerce: SecretSender<{ scope: string; store_id: string; data: unknown }> = follower({
  factory: "bigcommerce",
  title: "BigCommerce",
  credential:
    "the client secret of the API account that made the webhook. Used as text: what a Standard Webhooks library wants is its base64, this takes it as it is.",
  exampleType: "store/order/created",
  key: AS_TEXT,
  type: json("scope"),
  timestamp: json("created_at", "unix-seconds"),
  retries: "Up to 11 attempts over 48 hours; then the webhook is switched off.",
  reply: { timeLimitSeconds: 10, retryHorizonSeconds: 2 * 86_400 },
  notes: [
    "The body is thin: `data.id` names the order or product, to be fetched.",
    "Webhooks of older API accounts come without a signature, and are 401: no header of your own can stand in for one here.",
  ],
  sources: ["hookdeck/webhook-skills, providers.yaml @00ad8d05: bigcommerce"],
  unconfirmed: ["11 attempts over 48 hours", "10 s time limit"],
});

/** ShipBob's webhooks. Types are topics: `order.shipped`. */
export const shipbob: SecretSender<unknown> = follower<unknown>({
  factory: "shipbob",
  title: "ShipBob",
  credential: `shown when the subscription is made: ${WHSEC_TEXT}`,
  exampleType: "order.shipped",
  type: header("x-webhook-topic"),
  timestamp: json("last_update_at", "rfc3339"),
  retries: "At once, then after 5 s, 5 min, 30 min, 2 h, 5 h, 10 h and 10 h; disabled after five days of failures.",
  notes: [
    "The topic is a header and not signed: whoever saw a delivery could not change its id, time or body, but its topic. A schema per topic catches most of that.",
    "Subscriptions made by the API of versions 1.0 and 2.0 name the topic in `shipbob-topic`, which is not read.",
  ],
  sources: [
    "https://developer.shipbob.com/webhooks",
    "https://asyncapi.apis.io/asyncapis/shipbob/shipbob-webhooks-asyncapi/",
  ],
  unconfirmed: ["`last_update_at` of the body"],
});
