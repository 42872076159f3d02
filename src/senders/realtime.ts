// Pusher Channels, Ably, Sanity, WorkOS: channels, content, sign-ons.
import { mac } from "../auth/mac.js";
import { param } from "../auth/signature.js";
import { header, json } from "../field.js";
import type { SecretSender } from "./options.js";
import { senderFactory } from "./sender-row.js";

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
    "https://docs.bird.com/pusher/channels/channels/webhooks/channels-webhook-timeouts-and-retries",
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
  retries: "Twice, 30 seconds apart.",
  notes: [
    "The body is what the webhook's projection makes of the document, so id (`idempotency-key`) and type (`sanity-operation`) are headers, and the signature covers neither.",
  ],
  sources: [
    "sanity-io/webhook-toolkit @649f5adcd8",
    "https://www.sanity.io/docs/changelog/50ec6abf-fe0c-475b-ae72-314148860132.md (retries)",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: sanity",
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

/** WorkOS' webhooks. Types are `connection.activated`, `dsync.user.created`. */
export const workos: SecretSender = senderFactory({
  factory: "workos",
  name: "workos",
  title: "WorkOS",
  credential: "Developer → Webhooks → the endpoint → Signing secret. Used as text.",
  proof:
    "`WorkOS-Signature: t=<Unix milliseconds>, v1=<lower-case hex, 64 chars>`, with a space after the comma: HMAC-SHA256 over `<t>.<body>`.",
  exampleType: "connection.activated",
  retries: "Up to six times over three days.",
  notes: ["Actions want a signed answer and are another thing: they are not read."],
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
    }),
    toleranceSeconds: 180,
    event: { id: json("id"), type: json("event"), timestamp: json("created_at", "rfc3339") },
    reply: { retryHorizonSeconds: 4 * 86_400, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
