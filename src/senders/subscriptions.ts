// Paddle, Lemon Squeezy, Recurly, Chargebee, Tebex: billing and merchants of record.
import { basicAuth } from "../auth/schemes/basic-auth.js";
import { mac } from "../auth/schemes/hmac.js";
import { param } from "../auth/signature/signature.js";
import { dotted, dottedAll, json, memberOf } from "../core/field.js";
import { parseJson } from "../lib/json.js";
import type { Handshake } from "../sender/sender.js";
import { type SenderFactory, senderFactory } from "./shared/factory.js";
import type { BasicOptions, SecretSender } from "./shared/options.js";

/** The third-party notes that several rows draw on; each note names the vendor's own pages. */
const NOTES = "hookdeck/webhook-skills, providers.yaml @00ad8d05";

/** Paddle Billing's notifications. Types are the body's `event_type`: `transaction.completed`. */
export const paddle: SecretSender = senderFactory({
  factory: "paddle",
  name: "paddle",
  title: "Paddle Billing",
  credential: "Developer Tools → Notifications → the destination → Secret key, `pdl_ntfset_…`. Used whole, as text.",
  proof: "`Paddle-Signature: ts=<unix seconds>;h1=<hex>[;h1=<hex>]`: HMAC-SHA256 over `<ts>:<body>`.",
  exampleType: "transaction.completed",
  retries: "Live 60 times within three days, in a sandbox three times within 15 minutes.",
  notes: [
    "While the secret is rotated, several `h1` come; one that fits is enough.",
    "Dedupe goes by `event_id`, which is signed; `notification_id` names the delivery.",
    "Paddle's own libraries refuse what is older than 5 s: `toleranceSeconds: 5` does the same.",
  ],
  sources: [
    "github.com/PaddleHQ/paddle-node-sdk@b8ee4b1274, src/notifications",
    "developer.paddle.com/webhooks/about/respond-to-webhooks: 5 seconds, 60 retries over three days",
  ],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({
      secret,
      signed: "{timestamp}:{body}",
      timestamp: param("ts", "unix-seconds"),
      signature: { header: "paddle-signature", encoding: "hex", form: { pairs: "h1", separator: ";" } },
    }),
    event: { id: json("event_id"), type: json("event_type"), timestamp: json("occurred_at", "rfc3339") },
    reply: { timeLimitSeconds: 5, retryHorizonSeconds: 3 * 86_400, honoursRetryAfter: false, unsubscribes: [] },
  }),
});

/** Lemon Squeezy's webhooks. Types are the body's `meta.event_name`: `order_created`. */
export const lemonSqueezy: SecretSender = senderFactory({
  factory: "lemonSqueezy",
  name: "lemon-squeezy",
  title: "Lemon Squeezy",
  credential: "Settings → Webhooks → the signing secret you chose there. Used as text.",
  proof: "`X-Signature: <lower-case hex, 64 chars>`: HMAC-SHA256 over the body.",
  exampleType: "order_created",
  retries: "Three more times, after 5, 25 and 125 s.",
  notes: [
    "There is no id of the event, so nothing is deduped.",
    "`X-Event-Name` repeats the type, unsigned; the body's is used.",
  ],
  sources: ["the shape table of the sender list, from vendor documentation at second hand"],
  unconfirmed: ["the time limit and the retries", "whether `meta.webhook_id` names the event"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({ secret, signature: { header: "x-signature", encoding: "hex" } }),
    event: { type: json("meta.event_name") },
    reply: { successStatuses: [200], retryHorizonSeconds: 3_600, honoursRetryAfter: false, unsubscribes: [] },
  }),
});

/** Recurly's JSON webhooks. Types are object and event: `subscription.created`. */
export const recurly: SecretSender = senderFactory({
  factory: "recurly",
  name: "recurly",
  title: "Recurly",
  credential: "Integrations → Webhooks → the endpoint → secret key. Used as text.",
  proof:
    "`recurly-signature: <unix milliseconds>,<hex>[,<hex>]`, without names: HMAC-SHA256 over `<milliseconds>.<body>`.",
  exampleType: "subscription.created",
  retries: "Ten times, with growing pauses, over about three days.",
  notes: [
    "Only JSON endpoints: choose JSON at the endpoint. XML notifications of older sites are not read.",
    "Whether `id` is the event's or the object's is not documented, so object, event, `id` and `event_time` together are the id; all are signed.",
  ],
  sources: [
    "the shape table of the sender list, from a vendor library",
    "docs.recurly.com, webhook payloads: JSON vs. XML",
    "docs.recurly.com, automatic retries",
  ],
  unconfirmed: ["the members `id` and `event_time`", "the time limit"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({
      secret,
      signed: "{timestamp}.{body}",
      timestamp: param("t", "unix-milliseconds"),
      signature: { header: "recurly-signature", encoding: "hex", form: { list: "", separator: ",", leading: "t" } },
    }),
    event: {
      id: dottedAll(json("object_type"), json("event_type"), json("id"), json("event_time")),
      type: dotted(json("object_type"), json("event_type")),
      timestamp: json("event_time", "rfc3339"),
    },
    reply: { retryHorizonSeconds: 4 * 86_400, honoursRetryAfter: false, unsubscribes: [] },
  }),
});

/** Chargebee's webhooks: HTTP Basic, nothing is signed. Types are the body's `event_type`: `subscription_created`. */
export const chargebee: SenderFactory<BasicOptions> = senderFactory({
  factory: "chargebee",
  name: "chargebee",
  title: "Chargebee",
  credential: "Settings → Configure Chargebee → Webhooks → basic authentication: the user name and password you chose.",
  proof: "`Authorization: Basic <base64 of username:password>`. Nothing of what is sent is signed.",
  exampleType: "subscription_created",
  retries: "Seven more times, at growing intervals over three days, after anything but 200; by hand also later.",
  sources: [
    `${NOTES}: chargebee`,
    "apidocs.chargebee.com/docs/api/events",
    'chargebee.com/docs, "How would I know if the configured webhook URL in my Chargebee site is failing" (200, three days)',
  ],
  unconfirmed: ["the time limit"],
  options: ["username", "password"],
  define: ({ username, password }) => ({
    auth: basicAuth({ username, password }),
    event: { id: json("id"), type: json("event_type"), timestamp: json("occurred_at", "unix-seconds") },
    reply: { successStatuses: [200], retryHorizonSeconds: 4 * 86_400, honoursRetryAfter: false, unsubscribes: [] },
  }),
});

/** Signed, so it is answered after the proof; its type is the sender's own and no event. */
const TEBEX_VALIDATION: Handshake = {
  name: "validation.webhook",
  methods: ["POST"],
  isUnsigned: false,
  answer({ body }) {
    const parsed = parseJson(body);
    if (!parsed.ok || memberOf(parsed.value, "type") !== "validation.webhook") return undefined;
    const id = memberOf(parsed.value, "id");
    if (typeof id !== "string" || id.length > 128)
      return { name: "bad_payload", hint: "validation.webhook without an id" };
    return { status: 200, headers: { "content-type": "application/json" }, body: JSON.stringify({ id }) };
  },
};

/** Tebex' webhooks. Types are `payment.completed`, `recurring-payment.renewed`, … */
export const tebex: SecretSender = senderFactory({
  factory: "tebex",
  name: "tebex",
  title: "Tebex",
  credential: "Creator Panel → Developers → Webhooks → Endpoints → secret. Used as text.",
  proof: "`X-Signature: <lower-case hex, 64 chars>`: HMAC-SHA256 over the hex text of the body's SHA-256.",
  exampleType: "payment.completed",
  notes: [
    "Sent from 18.209.80.3 and 54.87.231.232.",
    "`validation.webhook` is answered with its `id`, once the signature holds.",
  ],
  sources: [`${NOTES}: tebex`, "docs.tebex.io/developers/webhooks/overview"],
  unconfirmed: ["the time limit and the retries"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({ secret, signed: "{body:sha256}", signature: { header: "x-signature", encoding: "hex" } }),
    event: { id: json("id"), type: json("type"), timestamp: json("date", "rfc3339") },
    handshakes: [TEBEX_VALIDATION],
    reply: { honoursRetryAfter: false, unsubscribes: [] },
  }),
});
