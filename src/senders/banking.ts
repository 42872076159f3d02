// GoCardless, Dwolla, Bridge API, Synctera, Ethoca: debits, accounts and alerts.
import { basicAuth } from "../auth/schemes/basic-auth.js";
import { mac } from "../auth/schemes/hmac.js";
import { dotted, header, json } from "../core/field.js";
import { type SenderFactory, senderFactory } from "./shared/factory.js";
import type { BasicOptions, SecretSender } from "./shared/options.js";

/** The third-party notes that several rows draw on; each note names the vendor's own pages. */
const NOTES = "hookdeck/webhook-skills, providers.yaml @00ad8d05";

/** GoCardless' webhooks: batches. Types are resource and action: `payments.confirmed`. */
export const gocardless: SecretSender = senderFactory({
  factory: "gocardless",
  name: "gocardless",
  title: "GoCardless",
  credential: "Dashboard → Developers → the webhook endpoint's secret. Used as text.",
  proof: "`Webhook-Signature: <lower-case hex, 64 chars>`: HMAC-SHA256 over the body.",
  exampleType: "payments.confirmed",
  retries: "The whole batch again after a failure; events that were done before do not run again.",
  sources: ["github.com/gocardless/gocardless-nodejs@d15252ad4f", `${NOTES}: gocardless`],
  unconfirmed: ["10 s time limit", "how long it retries"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({ secret, signature: { header: "webhook-signature", encoding: "hex" } }),
    event: {
      each: "events",
      id: json("id"),
      type: dotted(json("resource_type"), json("action")),
      timestamp: json("created_at", "rfc3339"),
    },
    reply: { timeLimitSeconds: 10, honoursRetryAfter: false, unsubscribes: [] },
  }),
});

/** Dwolla's webhooks. Types are the body's `topic`: `customer_transfer_completed`. */
export const dwolla: SecretSender = senderFactory({
  factory: "dwolla",
  name: "dwolla",
  title: "Dwolla",
  credential: "The `secret` given when the webhook subscription was made. Used as text.",
  proof: "`X-Request-Signature-SHA-256: <lower-case hex, 64 chars>`: HMAC-SHA256 over the body.",
  exampleType: "customer_transfer_completed",
  retries: "Eight more times within 72 hours; a subscription that fails on and on is paused.",
  sources: ["the shape table of the sender list, from vendor documentation at second hand"],
  unconfirmed: ["header and encoding", "10 s time limit", "the retries"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({ secret, signature: { header: "x-request-signature-sha-256", encoding: "hex" } }),
    event: { id: json("id"), type: json("topic"), timestamp: json("timestamp", "rfc3339") },
    reply: { timeLimitSeconds: 10, retryHorizonSeconds: 73 * 3_600, honoursRetryAfter: false, unsubscribes: [] },
  }),
});

/** Bridge API's webhooks (bridgeapi.io). Types are `item.refreshed`, `payment.transaction.updated`, … */
export const bridgeApi: SecretSender = senderFactory({
  factory: "bridgeApi",
  name: "bridge-api",
  title: "Bridge API (bridgeapi.io)",
  credential:
    "Dashboard → Webhooks → the secret, shown once. Used as text. After a rotation the old one is good for 24 hours.",
  proof: "`BridgeApi-Signature: v1=<UPPER-CASE HEX>[,v1=<UPPER-CASE HEX>]`: HMAC-SHA256 over the body.",
  exampleType: "item.refreshed",
  retries: "For one to two days, with growing intervals.",
  notes: [
    "There is no id of the event, so nothing is deduped.",
    "Success is exactly 200.",
    "Sent from 63.32.31.5, 52.215.247.62 and 34.249.92.209.",
  ],
  sources: [`${NOTES}: bridge-api`, "docs.bridgeapi.io/docs/secure-your-webhooks"],
  unconfirmed: ["the time limit"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({
      secret,
      signature: { header: "bridgeapi-signature", encoding: "HEX", form: { list: "v1=", separator: "," } },
    }),
    event: { type: json("type") },
    reply: { successStatuses: [200], retryHorizonSeconds: 2 * 86_400, honoursRetryAfter: false, unsubscribes: [] },
  }),
});

/** Synctera's webhooks. Types are `ACCOUNT.UPDATED`, `TRANSACTION.CREATED`, … */
export const synctera: SecretSender = senderFactory({
  factory: "synctera",
  name: "synctera",
  title: "Synctera",
  credential: "The secret that `POST /v0/webhook_secrets` answers (not the API key). Used as text.",
  proof:
    "`Synctera-Signature: <hex>[.<hex>]`, two while the secret is rolled: HMAC-SHA256 over `<Request-Timestamp>.<body>`; the time is in seconds.",
  exampleType: "ACCOUNT.UPDATED",
  retries: "With growing intervals for about 55 hours.",
  sources: [`${NOTES}: synctera`, "docs.synctera.com/docs/webhooks-guide"],
  unconfirmed: ["that `id` of the body names the event and stays the same over attempts"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({
      secret,
      signed: "{timestamp}.{body}",
      timestamp: header("request-timestamp", "unix-seconds"),
      signature: { header: "synctera-signature", encoding: "hex", form: { list: "", separator: "." } },
    }),
    event: { id: json("id"), type: json("type"), timestamp: json("event_time", "rfc3339") },
    reply: {
      successStatuses: [200],
      timeLimitSeconds: 5,
      retryHorizonSeconds: 56 * 3_600,
      honoursRetryAfter: false,
      unsubscribes: [],
    },
  }),
});

/** Ethoca's alerts by push: HTTP Basic (and a client certificate), nothing is signed. Types are the body's `alertType`. */
export const ethoca: SenderFactory<BasicOptions> = senderFactory({
  factory: "ethoca",
  name: "ethoca",
  title: "Ethoca Alerts",
  credential: "The user name and password agreed upon with Ethoca's delivery team.",
  proof: "`Authorization: Basic <base64 of username:password>`. Nothing of what is sent is signed.",
  exampleType: "fraud",
  notes: [
    "Ethoca also presents a client certificate: have your TLS end point ask for it.",
    "There is no dedupe: which member names the alert is not published.",
    "`alertType` may be a number by your contract's schema; then the type is its digits.",
  ],
  sources: [`${NOTES}: ethoca`, "developer.mastercard.com/ethoca-alerts-for-merchants"],
  unconfirmed: ["the values of `alertType`", "the alert's id", "the time limit and the retries"],
  options: ["username", "password"],
  define: ({ username, password }) => ({
    auth: basicAuth({ username, password }),
    event: { type: json("alertType") },
    reply: { successStatuses: [200], honoursRetryAfter: false, unsubscribes: [] },
  }),
});
