// Mux, Cloudflare Stream, Bunny Stream, ElevenLabs, Retell, Cloudinary: video, voice and images that are ready.

import type { Secrets } from "../auth/keys/secrets.js";
import { digest } from "../auth/schemes/digest.js";
import { mac } from "../auth/schemes/hmac.js";
import { param } from "../auth/signature/signature.js";
import type { Auth } from "../core/auth.js";
import { dottedAll, header, json, memberOf } from "../core/field.js";
import type { EventRow } from "../sender/sender.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** Mux's webhooks. Types are `video.asset.ready`. */
export const mux: SecretSender = senderFactory({
  factory: "mux",
  name: "mux",
  title: "Mux",
  credential: "Settings → Webhooks → the webhook → Signing secret. Used as text.",
  proof: "`Mux-Signature: t=<Unix seconds>,v1=<lower-case hex, 64 chars>`: HMAC-SHA256 over `<t>.<body>`.",
  exampleType: "video.asset.ready",
  retries: "For up to 24 hours.",
  sources: [
    "https://www.mux.com/docs/core/verify-webhook-signatures",
    "@mux/mux-node 15.3.0, which accepts what this description signs",
  ],
  unconfirmed: ["24 hours of retries", "5 s time limit"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({
      secret,
      signed: "{timestamp}.{body}",
      timestamp: param("t", "unix-seconds"),
      signature: { header: "mux-signature", encoding: "hex", form: { pairs: "v1" } },
    }),
    event: { id: json("id"), type: json("type"), timestamp: json("created_at", "rfc3339") },
    reply: { timeLimitSeconds: 5, retryHorizonSeconds: 86_400, honoursRetryAfter: false, unsubscribes: [] },
  }),
});

/** Cloudflare Stream's webhooks. Types are states of the video: `ready`, `error`. */
export const cloudflareStream: SecretSender = senderFactory({
  factory: "cloudflareStream",
  name: "cloudflare-stream",
  title: "Cloudflare Stream",
  credential: "The `secret` that the API answers when you subscribe the account's webhook. Used as text.",
  proof: "`Webhook-Signature: time=<Unix seconds>,sig1=<lower-case hex, 64 chars>`: HMAC-SHA256 over `<time>.<body>`.",
  exampleType: "ready",
  retries: "Not documented.",
  notes: ["The body is the video itself. A video reaches a state once, so its `uid` and the state are the id."],
  sources: [
    "https://developers.cloudflare.com/stream/manage-video-library/using-webhooks/",
    "third-party verification code",
  ],
  unconfirmed: ["that `uid` and `status.state` name one event", "retries and time limit"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({
      secret,
      signed: "{timestamp}.{body}",
      timestamp: param("time", "unix-seconds"),
      signature: { header: "webhook-signature", encoding: "hex", form: { pairs: "sig1" } },
    }),
    event: {
      id: dottedAll(json("uid"), json("status.state")),
      type: json("status.state"),
      timestamp: json("modified", "rfc3339"),
    },
    reply: { honoursRetryAfter: false, unsubscribes: [] },
  }),
});

/** Bunny Stream's webhooks. Types are numbers of a state: `3` is finished, `5` failed. */
export const bunnyStream: SecretSender = senderFactory({
  factory: "bunnyStream",
  name: "bunny-stream",
  title: "Bunny Stream",
  credential: "The video library's Read-Only API key. Used as text.",
  proof: "`X-BunnyStream-Signature: <lower-case hex, 64 chars>`: HMAC-SHA256 over the body.",
  exampleType: "3",
  retries: "Not documented.",
  notes: [
    "Types are `Status` as text: 0 queued, 1 processing, 2 encoding, 3 finished, 4 one resolution finished, 5 failed, 6 to 8 uploads, 9 captions, 10 title or description.",
    "There is no id, and a state may come again (4 comes once for each resolution), so nothing is deduped.",
    "Bunny's other webhooks are signed otherwise (`x-bunny-signature`, HMAC-SHA1).",
  ],
  sources: [
    "https://docs.bunny.net/stream/webhooks",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: bunny-stream",
  ],
  unconfirmed: ["retries and time limit"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({ secret, signature: { header: "x-bunnystream-signature", encoding: "hex" } }),
    event: { type: json("Status") },
    reply: { honoursRetryAfter: false, unsubscribes: [] },
  }),
});

const ELEVENLABS_CALL: EventRow = {
  id: dottedAll(json("type"), json("data.conversation_id")),
  type: json("type"),
  timestamp: json("event_timestamp", "unix-seconds"),
};
const ELEVENLABS_OTHER: EventRow = { type: json("type"), timestamp: json("event_timestamp", "unix-seconds") };

/** ElevenLabs' webhooks. Types are `post_call_transcription`, `post_call_audio`. */
export const elevenlabs: SecretSender = senderFactory({
  factory: "elevenlabs",
  name: "elevenlabs",
  title: "ElevenLabs",
  credential: "Settings → Webhooks → the webhook's secret (`wsec_…`). Used as text, whole.",
  proof: "`ElevenLabs-Signature: t=<Unix seconds>,v0=<lower-case hex, 64 chars>`: HMAC-SHA256 over `<t>.<body>`.",
  exampleType: "post_call_transcription",
  events: "type `type` of the body; id of `type` and `data.conversation_id`, none where there is no conversation.",
  retries: "Not documented; a webhook that fails again and again is disabled.",
  notes: ["Times up to 30 minutes old are accepted, as ElevenLabs' own library does."],
  sources: ["elevenlabs/elevenlabs-js, src/wrapper/webhooks.ts"],
  unconfirmed: ["the header's name", "retries and time limit", "that a conversation has one event of each type"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({
      secret,
      signed: "{timestamp}.{body}",
      timestamp: param("t", "unix-seconds"),
      signature: { header: "elevenlabs-signature", encoding: "hex", form: { pairs: "v0" } },
    }),
    toleranceSeconds: 1_800,
    event: (_delivery, payload) =>
      memberOf(payload, "data.conversation_id") === undefined ? ELEVENLABS_OTHER : ELEVENLABS_CALL,
    // `post_call_audio` holds the whole recording in base64.
    reply: { honoursRetryAfter: false, unsubscribes: [], maxBodyBytes: 52_428_800 },
  }),
});

const RETELL_CALL: EventRow = { id: dottedAll(json("event"), json("call.call_id")), type: json("event") };
const RETELL_OTHER: EventRow = { type: json("event") };

/** Retell AI's webhooks. Types are `call_started`, `call_ended`, `call_analyzed`. */
export const retell: SecretSender = senderFactory({
  factory: "retell",
  name: "retell",
  title: "Retell AI",
  credential: "The API key that has the webhook badge. Used as text.",
  proof: "`X-Retell-Signature: v=<Unix milliseconds>,d=<lower-case hex, 64 chars>`: HMAC-SHA256 over `<body><v>`.",
  exampleType: "call_ended",
  events: "type `event` of the body; id of `event` and `call.call_id`, none of other kinds.",
  retries: "Up to three times, where no 2xx came within 10 seconds.",
  sources: [
    "https://docs.retellai.com/features/secure-webhook",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: retell",
  ],
  unconfirmed: ["how far apart the retries are"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({
      secret,
      signed: "{body}{timestamp}",
      timestamp: param("v", "unix-milliseconds"),
      signature: { header: "x-retell-signature", encoding: "hex", form: { pairs: "d" } },
    }),
    event: (_delivery, payload) => (memberOf(payload, "call.call_id") === undefined ? RETELL_OTHER : RETELL_CALL),
    reply: {
      timeLimitSeconds: 10,
      retryHorizonSeconds: 86_400,
      honoursRetryAfter: false,
      unsubscribes: [],
      maxBodyBytes: 10_485_760,
    },
  }),
});

const CLOUDINARY_SIGNATURE = "x-cld-signature";
const SHA1_HEX_CHARS = 40;

/** The account chooses SHA-1 or SHA-256; how long the signature is says which. */
function cloudinaryAuth(secret: Secrets): Auth {
  const [sha1, sha256] = (["sha1", "sha256"] as const).map((algorithm) =>
    digest({
      secret,
      algorithm,
      signed: "{body}{timestamp}{secret}",
      timestamp: header("x-cld-timestamp", "unix-seconds"),
      signature: { header: CLOUDINARY_SIGNATURE, encoding: "hex" },
    }),
  ) as [Auth, Auth];
  return {
    ...sha1,
    verify(delivery, context) {
      const given = delivery.headers.once(CLOUDINARY_SIGNATURE);
      const isSha1 = typeof given === "string" && given.length === SHA1_HEX_CHARS;
      return (isSha1 ? sha1 : sha256).verify(delivery, context);
    },
  };
}

/** Cloudinary's notifications. Types are `upload`, `eager`, `moderation`. */
export const cloudinary: SecretSender = senderFactory({
  factory: "cloudinary",
  name: "cloudinary",
  title: "Cloudinary",
  credential: "Settings → API Keys → API secret of the account. Used as text.",
  proof:
    "`X-Cld-Signature: <lower-case hex>`: a plain SHA-1 (40 chars) or, where the account is set so, SHA-256 (64 chars) over `<body><X-Cld-Timestamp><secret>`; the time is in Unix seconds.",
  exampleType: "upload",
  retries: "After any other status than 2xx.",
  notes: [
    "A hash and no HMAC: with SHA-1, whoever can make Cloudinary sign a body of theirs might make a second one with the same hash. Set the account to SHA-256.",
    'Events have no id, so they are not deduped; `dedupe: { replay: "suppress" }` refuses equal bodies.',
    "Times up to two hours old are accepted, as Cloudinary's own library does.",
  ],
  sources: [
    "https://cloudinary.com/documentation/notification_signatures",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: cloudinary",
  ],
  unconfirmed: ["how often and how long it retries", "time limit"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: cloudinaryAuth(secret),
    toleranceSeconds: 7_200,
    event: { type: json("notification_type"), timestamp: json("timestamp", "rfc3339") },
    reply: { honoursRetryAfter: false, unsubscribes: [] },
  }),
});
