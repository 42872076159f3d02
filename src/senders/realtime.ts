// Pusher Channels, Ably, Sanity, WorkOS: channels, content, sign-ons.
import { mac } from "../auth/schemes/hmac.js";
import { param } from "../auth/signature/signature.js";
import { header, json } from "../core/field.js";
import type { EventRow } from "../sender/sender.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";
import { signWorkosVerdict, WORKOS_ACTION, workosActionOf } from "./workos-actions.js";

/** Pusher Channels' webhooks. Types are `channel_occupied`, `member_added`, `client_event`. */
export const pusher: SecretSender = senderFactory({
  factory: "pusher",
  name: "pusher",
  title: "Pusher Channels",
  credential:
    "App Keys → secret. Used as text. Of several apps: a function that looks the secret up by `x-pusher-key`.",
  proof:
    "`X-Pusher-Signature: <lower-case hex, 64 chars>`: HMAC-SHA256 over the body. `X-Pusher-Key` names the app's key.",
  exampleType: "channel_occupied",
  retries: "With growing pauses for 5 minutes.",
  notes: [
    "A batch: `events[]`. Events have no id, and a state may come again, so nothing is deduped.",
    'The body holds `time_ms`, so two genuine deliveries are never equal: `dedupe: { replay: "suppress" }` refuses copies.',
  ],
  sources: [
    "pusher/pusher-http-node @7492d8db91",
    "https://pusher.com/docs/channels/server_api/webhooks/",
    "docs.bird.com/pusher, webhook timeouts and retries: 4 seconds, 5 minutes",
  ],
  unconfirmed: ["whether `time_ms` is that of the attempt"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({ secret, signature: { header: "x-pusher-signature", encoding: "hex" } }),
    event: { each: "events", type: json("name") },
    reply: { timeLimitSeconds: 4, retryHorizonSeconds: 600, honoursRetryAfter: false, unsubscribes: [] },
  }),
});

/** Ably's webhook rules, batched, in JSON. Types are names: `channel.message`, `presence.message`. */
export const ably: SecretSender = senderFactory({
  factory: "ably",
  name: "ably",
  title: "Ably",
  credential:
    "API key of the rule: the part after the colon. Used as text. Of several: a function that looks it up by `x-ably-key`.",
  proof: "`X-Ably-Signature: <base64, 44 chars>`: HMAC-SHA256 over the body. `X-Ably-Key` names the key.",
  exampleType: "channel.message",
  retries: "After 5xx; after no answer within its time limit at 4 and 20 seconds; the queue is kept for 5 minutes.",
  notes: [
    "A batch: `items[]`. `webhookId` names the rule, not the event, so nothing is deduped.",
    "The rule must be batched (others are not signed) and encoded as JSON: MessagePack is not read.",
  ],
  sources: ["ably/docs, webhooks/index.mdx"],
  unconfirmed: ["whether `serial` names one event", "time limit"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({ secret, signature: { header: "x-ably-signature", encoding: "base64" } }),
    event: { each: "items", type: json("name"), timestamp: json("timestamp", "unix-milliseconds") },
    reply: { retryHorizonSeconds: 600, honoursRetryAfter: false, unsubscribes: [] },
  }),
});

/** Sanity's webhooks. Types are operations: `create`, `update`, `delete`. */
export const sanity: SecretSender = senderFactory({
  factory: "sanity",
  name: "sanity",
  title: "Sanity",
  credential: "sanity.io/manage → API → Webhooks → the webhook → Secret. Used as text.",
  proof:
    "`sanity-webhook-signature: t=<Unix milliseconds>,v1=<base64url without padding, 43 chars>`: HMAC-SHA256 over `<t>.<body>`.",
  exampleType: "update",
  retries: "Twice, 30 seconds apart, after 429 or 5xx.",
  notes: [
    "The body is what the webhook's projection makes of the document, so id (`idempotency-key`) and type (`sanity-operation`) are headers, and the signature covers neither.",
  ],
  sources: [
    "sanity-io/webhook-toolkit @649f5adcd8",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: sanity",
    "sanity.io changelog of 29 April 2026: twice, 30 seconds apart, after 429 or 5xx",
  ],
  unconfirmed: ["the header `sanity-operation`", "whether a retry is signed with a new time"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({
      secret,
      signed: "{timestamp}.{body}",
      timestamp: param("t", "unix-milliseconds"),
      signature: { header: "sanity-webhook-signature", encoding: "base64url", form: { pairs: "v1" } },
    }),
    event: { id: header("idempotency-key"), type: header("sanity-operation") },
    reply: { timeLimitSeconds: 30, retryHorizonSeconds: 3_600, honoursRetryAfter: false, unsubscribes: [] },
  }),
});

const WORKOS_EVENT: EventRow = { id: json("id"), type: json("event"), timestamp: json("created_at", "rfc3339") };

/** WorkOS' webhooks and actions. Types are `connection.activated`, `dsync.user.created`; of actions `authentication_action_context`. */
export const workos: SecretSender = senderFactory({
  factory: "workos",
  name: "workos",
  title: "WorkOS",
  credential: "Developer → Webhooks → the endpoint → Signing secret. Used as text.",
  proof:
    "`WorkOS-Signature: t=<Unix milliseconds>, v1=<lower-case hex, 64 chars>`, with a space after the comma: HMAC-SHA256 over `<t>.<body>`.",
  exampleType: "connection.activated",
  retries: "Up to six times over three days.",
  events:
    "webhooks: id `id`, type `event`. Actions, which have an endpoint and a secret of their own: id `id`, type `object` (`authentication_action_context`, `user_registration_action_context`).",
  notes: [
    'An action waits for a verdict: `context.reply({ body: JSON.stringify({ verdict: "Deny", error_message: "…" }) })`, or `"Allow"`. It is dated, signed with the secret that fitted, and sent as `{ object, payload, signature }`; a retry hears the same verdict, signed anew. Without a verdict WorkOS hears an empty 200, which is none: what then happens is set in its dashboard.',
    "WorkOS' own library accepts actions for 30 s only: give `toleranceSeconds: 30` to the receiver of actions. A verdict cannot wait for an inbox.",
  ],
  sources: [
    "@workos-inc/node 8.13.0, which accepts what this description signs",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: workos",
  ],
  unconfirmed: ["six retries over three days", "time limit"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({
      secret,
      signed: "{timestamp}.{body}",
      timestamp: param("t", "unix-milliseconds"),
      signature: { header: "workos-signature", encoding: "hex", form: { pairs: "v1", separator: ", " } },
      signsReplies: true,
    }),
    toleranceSeconds: 180,
    event: (_delivery, payload) => (workosActionOf(payload) === undefined ? WORKOS_EVENT : WORKOS_ACTION),
    reply: { finish: signWorkosVerdict, retryHorizonSeconds: 4 * 86_400, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
