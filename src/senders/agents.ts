// Hugging Face, Cursor, Fireflies: a token or an HMAC, and thin bodies.
import { mac } from "../auth/schemes/hmac.js";
import { staticToken } from "../auth/schemes/static-token.js";
import { dotted, header, json, memberOf } from "../core/field.js";
import type { EventRow } from "../sender/sender.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** Hugging Face's webhooks. Types are scope and action: `repo.content.update`, `discussion.comment.create`. */
export const huggingFace: SecretSender<{ event: { action: string; scope: string }; webhook: { id: string } }> =
  senderFactory({
    factory: "huggingFace",
    name: "hugging-face",
    title: "Hugging Face",
    credential: "Settings → Webhooks → the webhook → Secret. ASCII, sent as it is.",
    proof: "`X-Webhook-Secret: <secret>`, the same with every delivery.",
    exampleType: "repo.content.update",
    retries: "Unknown: a delivery can be sent again from the webhook's activity.",
    notes: [
      "A static secret binds nothing of what was sent: who learns it can send anything.",
      "There is no id, so nothing is deduped: look the repository's state up instead of counting events.",
    ],
    sources: ["hookdeck/webhook-skills, providers.yaml @00ad8d05: huggingface"],
    unconfirmed: [
      "`event.scope` and `event.action` of the body",
      "the time limit: 15 s is assumed",
      "whether it retries",
    ],
    options: ["secret"],
    define: ({ secret }) => ({
      auth: staticToken({ token: secret, at: header("x-webhook-secret") }),
      event: { type: dotted(json("event.scope"), json("event.action")) },
      reply: { honoursRetryAfter: false, unsubscribes: [] },
    }),
  });

/** Cursor's webhooks of cloud agents. Types are `statusChange`. */
export const cursor: SecretSender<{ event: string; id: string; status: string }> = senderFactory({
  factory: "cursor",
  name: "cursor",
  title: "Cursor",
  credential: "you choose it when you start the agent: `webhook.secret`, at least 32 characters. Used as text.",
  proof: "`X-Webhook-Signature: sha256=<hex>`, HMAC-SHA256 over the body.",
  exampleType: "statusChange",
  retries: "After a failure; for how long is not published.",
  notes: [
    "`X-Webhook-ID`, the id, is a header, and the signature does not cover it. `id` of the body is the agent's and not the event's.",
  ],
  sources: ["hookdeck/webhook-skills, providers.yaml @00ad8d05: cursor"],
  unconfirmed: ["that `X-Webhook-ID` stays the same over retries", "the time limit: 15 s is assumed", "retries"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({ secret, signature: { header: "x-webhook-signature", encoding: "hex", prefix: "sha256=" } }),
    event: { id: header("x-webhook-id"), type: json("event"), timestamp: json("timestamp", "rfc3339") },
    reply: { honoursRetryAfter: false, unsubscribes: [] },
  }),
});

/** Version 2. A meeting has each of these events once. */
const V2: EventRow = { type: json("event"), timestamp: json("timestamp", "unix-milliseconds") };
const V1: EventRow = { type: json("eventType") };

/** Fireflies' webhooks. Types are `meeting.transcribed`, …; of version 1 `Transcription completed`. */
export const fireflies: SecretSender = senderFactory({
  factory: "fireflies",
  name: "fireflies",
  title: "Fireflies.ai",
  credential:
    "Settings → Developer settings → Webhooks → Signing secret. Used as text. Without one, nothing is signed.",
  proof: "`X-Hub-Signature: sha256=<hex>`, HMAC-SHA256 over the body.",
  exampleType: "meeting.transcribed",
  events:
    "type `event` of the body (version 2), or `eventType` (version 1, deprecated); no id, so there is no dedupe; time `timestamp` of the body, of version 2.",
  retries: "After a failure; for how long is not published.",
  notes: ["The body is thin: `meeting_id` (version 1: `meetingId`) names the transcript, to be fetched."],
  sources: [
    "https://docs.fireflies.ai/graphql-api/webhooks-v2",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: fireflies",
  ],
  unconfirmed: ["that version 1 writes `sha256=` before the signature, too", "retries", "10 s time limit"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({ secret, signature: { header: "x-hub-signature", encoding: "hex", prefix: "sha256=" } }),
    event: (_delivery, payload) => (memberOf(payload, "eventType") === undefined ? V2 : V1),
    reply: { timeLimitSeconds: 10, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
