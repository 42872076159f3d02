// Walmart and USPS: HMAC over a text of several parts.
import { mac } from "../auth/schemes/hmac.js";
import { header, json } from "../core/field.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** The third-party notes that both rows draw on; each note names the vendor's own pages. */
const NOTES = "hookdeck/webhook-skills, providers.yaml @00ad8d05";

/** Walmart Marketplace's notifications. Types are `PO_CREATED`, `INVENTORY_OOS`, … */
export const walmart: SecretSender = senderFactory({
  factory: "walmart",
  name: "walmart",
  title: "Walmart Marketplace",
  credential: "The secret of the subscription (HMAC). Used as text.",
  proof:
    "`WM_SEC.SIGNATURE: <base64, 44 chars>`: HMAC-SHA256 over four lines: method, path and query, `WM_SEC.TIMESTAMP` (seconds), lower-case hex of the body's SHA-256.",
  exampleType: "PO_CREATED",
  retries: "Up to two more times.",
  notes: [
    "The path and query that arrive must be those that are registered: a proxy that rewrites them breaks the signature.",
    "Subscriptions with Basic or OAuth instead of HMAC need a sender of your own.",
  ],
  sources: [`${NOTES}: walmart`, "developer.walmart.com, security and authenticity; purchase order (PO) created event"],
  unconfirmed: ["`WM_SEC.KEY_ID` is not looked at: give old and new secret while rotating", "how long it retries"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({
      secret,
      signed: "{method}\n{target}\n{timestamp}\n{body:sha256}",
      timestamp: header("wm_sec.timestamp", "unix-seconds"),
      signature: { header: "wm_sec.signature", encoding: "base64" },
    }),
    event: {
      id: json("source.eventId"),
      type: json("source.eventType"),
      timestamp: json("source.eventTime", "rfc3339"),
    },
    reply: { timeLimitSeconds: 3, retryHorizonSeconds: 86_400, honoursRetryAfter: false, unsubscribes: [] },
  }),
});

/** USPS' tracking notifications. Types are the body's `subscriptionType`: `TRACKING`. */
export const usps: SecretSender = senderFactory({
  factory: "usps",
  name: "usps",
  title: "USPS Subscriptions – Tracking",
  credential:
    "The secret of 32 characters that you gave with the subscription. Used as text. Without one, nothing is signed.",
  proof:
    "`X-HMAC: <base64, 44 chars>` (formerly `hmac-header`): HMAC-SHA256 over `timestamp` and `payload` of the body, one after the other, as the texts they are.",
  exampleType: "TRACKING",
  retries: "None documented; a listener that cannot be reached is suspended.",
  notes: [
    "Signed are `timestamp` and `payload` alone: not the type, the subscription, or the links.",
    "`payload.payload` is a JSON text of its own: parse it yourself.",
    "There is no id of the event, so nothing is deduped.",
  ],
  sources: [`${NOTES}: usps`, "developers.usps.com/subscriptions-trackingv3r2"],
  unconfirmed: ["the format of `timestamp`, which is therefore not judged", "whether it retries, and its time limit"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({
      secret,
      signed: "{json:timestamp}{json:payload}",
      signature: { header: ["x-hmac", "hmac-header"], encoding: "base64" },
    }),
    event: { type: json("subscriptionType") },
    reply: { honoursRetryAfter: false, unsubscribes: [] },
  }),
});
